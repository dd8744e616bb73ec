using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Transfer;

/// <summary>Quantises rows on all cores into memory that it keeps. For one caller at a time.</summary>
internal sealed class BlockQuantizer(VectorOptions options)
{
    /// <summary>Rows that are worth another thread: some 50 microseconds at 384 dimensions.</summary>
    private const int RowsMin = 32;

    private readonly string?[] _failures = new string?[Environment.ProcessorCount];
    private ReadOnlyMemory<float> _vectors;
    private int _rows;
    private int _parts;

    /// <summary>[rows x stride] of the last call.</summary>
    internal sbyte[] Codes { get; private set; } = [];

    /// <summary>[rows] of the last call.</summary>
    internal QuantizedRow[] Sides { get; private set; } = [];

    /// <exception cref="VectorException">A row cannot be stored; the first such row is named.</exception>
    internal void Quantize(ReadOnlyMemory<float> vectors, int rows)
    {
        if (Sides.Length < rows)
        {
            Sides = new QuantizedRow[rows];
            Codes = new sbyte[rows * options.Stride];
        }

        _vectors = vectors;
        _rows = rows;
        _parts = Math.Clamp(rows / RowsMin, 1, _failures.Length);
        Array.Clear(_failures);
        if (_parts == 1)
        {
            QuantizePart(0);
        }
        else
        {
            Parallel.For(0, _parts, QuantizePart);
        }

        if (Array.Find(_failures, failure => failure is not null) is { } first)
        {
            throw new VectorException(first);
        }
    }

    private void QuantizePart(int part)
    {
        int end = (int)((long)_rows * (part + 1) / _parts);
        for (int row = (int)((long)_rows * part / _parts); row < end; row++)
        {
            try
            {
                Sides[row] = RowQuantizer.Quantize(
                    _vectors.Span.Slice(row * options.Dimension, options.Dimension),
                    options.Metric,
                    Codes.AsSpan(row * options.Stride, options.Stride));
            }
            catch (VectorException refused)
            {
                _failures[part] = $"Row {row}: {refused.Message}";
                return;
            }
        }
    }
}
