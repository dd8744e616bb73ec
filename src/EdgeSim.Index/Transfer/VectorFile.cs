using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Vectors in a file of another tool, read row by row where they lie: <c>.fbin</c>, <c>.i8bin</c> and
/// <c>.u8bin</c> (uint32 rows, uint32 dimension, then the rows), <c>.fvecs</c> (each row with its dimension
/// before it), and <c>.npy</c>. The ending says which. For one thread at a time.
/// </summary>
public sealed class VectorFile : IDisposable
{
    /// <summary>Bytes of rows that are converted at once.</summary>
    private const int BufferBytes = 256 << 10;

    private const int BinHeaderBytes = 2 * sizeof(uint);

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly VectorLayout _layout;
    private byte[] _buffer = [];

    private VectorFile(string path, SafeFileHandle file, VectorLayout layout)
    {
        _path = path;
        _file = file;
        _layout = layout;
    }

    /// <summary>Endings of the files that are read.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".fbin", ".i8bin", ".u8bin", ".fvecs", ".npy"];

    /// <summary>Rows.</summary>
    public int Count => (int)_layout.Count;

    /// <summary>Components of a row.</summary>
    public int Dimension => _layout.Dimension;

    /// <summary>Opens a file and compares what its header states with its length.</summary>
    /// <exception cref="VectorException">Not a file of this kind, damaged, or beyond a bound.</exception>
    /// <exception cref="IOException">There is none, or the disk refuses.</exception>
    public static VectorFile Open(string path)
    {
        string ending = Path.GetExtension(path).ToLowerInvariant();
        if (!Endings.Contains(ending))
        {
            throw Wrong(path, $"ends in '{ending}'; read are {string.Join(", ", Endings)}");
        }

        SafeFileHandle file = File.OpenHandle(path);
        try
        {
            long bytes = RandomAccess.GetLength(file);
            VectorLayout layout = LayoutOf(path, ending, file, bytes);
            Check(path, layout, bytes);
            return new VectorFile(path, file, layout);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads rows as float32.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="rows">[rows x dimension], written in full.</param>
    /// <exception cref="VectorException">A row that states another dimension.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Rows that are not there.</exception>
    public void Read(long first, Span<float> rows)
    {
        int count = rows.Length / Dimension;
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, count * Dimension);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Count);
        if (_layout is { Element: VectorElement.Float32, Prefix: 0 } && BitConverter.IsLittleEndian)
        {
            ReadBytes(first, MemoryMarshal.AsBytes(rows));
            return;
        }

        int step = (int)Math.Max(1, BufferBytes / _layout.RowBytes);
        for (int done = 0; done < count; done += step)
        {
            int stepRows = Math.Min(step, count - done);
            int bytes = (int)(stepRows * _layout.RowBytes);
            if (_buffer.Length < bytes)
            {
                _buffer = new byte[step * _layout.RowBytes];
            }

            ReadBytes(first + done, _buffer.AsSpan(0, bytes));
            for (int row = 0; row < stepRows; row++)
            {
                Convert(
                    first + done + row,
                    _buffer.AsSpan((int)(row * _layout.RowBytes), (int)_layout.RowBytes),
                    rows.Slice((done + row) * Dimension, Dimension));
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    internal static VectorException Wrong(string path, string what)
        => new($"{path}: as a file of vectors, this {what}.");

    private static VectorLayout LayoutOf(string path, string ending, SafeFileHandle file, long bytes)
    {
        var start = new byte[Math.Min(bytes, NpyHeader.BytesNeeded)];
        ReadBytes(path, file, start, 0);
        if (ending == ".npy")
        {
            return NpyHeader.Read(path, start);
        }

        int needed = ending == ".fvecs" ? sizeof(int) : BinHeaderBytes;
        if (bytes < needed)
        {
            throw Wrong(path, $"has {bytes} bytes, less than its header of {needed}");
        }

        uint number = BinaryPrimitives.ReadUInt32LittleEndian(start);
        if (ending == ".fvecs")
        {
            var one = new VectorLayout(1, Clamp(number), VectorElement.Float32, 0, sizeof(int));
            return one with { Count = bytes / Math.Max(one.RowBytes, 1) };
        }

        VectorElement element = ending switch
        {
            ".fbin" => VectorElement.Float32,
            ".i8bin" => VectorElement.Int8,
            _ => VectorElement.UInt8,
        };
        uint dimension = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(sizeof(uint)));
        return new VectorLayout(number, Clamp(dimension), element, BinHeaderBytes, 0);
    }

    private static int Clamp(uint number) => (int)Math.Min(number, int.MaxValue);

    private static void Check(string path, in VectorLayout layout, long bytes)
    {
        if (layout.Dimension is < 1 or > IndexLimits.DimensionMax)
        {
            throw Wrong(
                path,
                $"states {layout.Dimension} dimensions; allowed are 1 to {IndexLimits.DimensionMax}");
        }

        if (layout.Count > int.MaxValue || layout.FileBytes != bytes)
        {
            throw Wrong(
                path,
                $"states {layout.Count} rows of {layout.Dimension} dimensions, which take "
                + $"{layout.FileBytes} bytes; it has {bytes}");
        }
    }

    private void Convert(long row, ReadOnlySpan<byte> bytes, Span<float> components)
    {
        if (_layout.Prefix > 0 && BinaryPrimitives.ReadInt32LittleEndian(bytes) != Dimension)
        {
            throw Wrong(
                _path,
                $"states {BinaryPrimitives.ReadInt32LittleEndian(bytes)} dimensions for row {row} and "
                + $"{Dimension} for the first");
        }

        bytes = bytes[_layout.Prefix..];
        for (int i = 0; i < components.Length; i++)
        {
            components[i] = _layout.Element switch
            {
                VectorElement.Float32 => BinaryPrimitives.ReadSingleLittleEndian(
                    bytes[(i * sizeof(float))..]),
                VectorElement.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(
                    bytes[(i * sizeof(double))..]),
                VectorElement.Int8 => (sbyte)bytes[i],
                _ => bytes[i],
            };
        }
    }

    private void ReadBytes(long row, Span<byte> bytes)
        => ReadBytes(_path, _file, bytes, _layout.Start + (row * _layout.RowBytes));

    private static void ReadBytes(string path, SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                throw Wrong(path, $"ended at byte {offset}; it was longer when it was opened");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }
}
