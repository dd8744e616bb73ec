using System.Collections;
using System.Runtime.InteropServices;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// The vectors of one name on their way into a segment that is being loaded: four streams into the file, and
/// a bit a row in memory where some row has no vector.
/// </summary>
internal sealed class LoadedColumn(int column, int stride, BulkSection[] sections)
{
    private BitArray? _isThere;

    internal int Column => column;

    /// <summary>Bytes from vector to vector.</summary>
    internal int Stride => stride;

    /// <summary>Vectors so far.</summary>
    internal int Count { get; private set; }

    /// <summary>Codes, scales, sums of squares, sums of codes.</summary>
    internal BulkSection[] Sections => sections;

    internal void Add(ReadOnlySpan<sbyte> codes, QuantizedRow side)
    {
        sections[0].Write(MemoryMarshal.AsBytes(codes));
        sections[1].Write(side.Scale);
        sections[2].Write(side.SquareSum);
        sections[3].Write(side.CodeSum);
        Count++;
    }

    /// <summary>Notes whether the row that is complete now has a vector.</summary>
    internal void EndRow(int row, bool hasVector, int rowsMax)
    {
        if (!hasVector && _isThere is null)
        {
            _isThere = new BitArray(rowsMax);
            for (int i = 0; i < row; i++)
            {
                _isThere[i] = true;
            }
        }

        if (_isThere is not null)
        {
            _isThere[row] = hasVector;
        }
    }

    internal bool Has(int row) => _isThere is null || _isThere[row];
}
