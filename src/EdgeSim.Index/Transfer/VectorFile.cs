using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// A file of vectors whose rows are read where they lie, in any order: for who needs one row of many, or the
/// same rows again. The end of its name says its format. For one thread at a time.
/// </summary>
public sealed class VectorFile : IDisposable
{
    /// <summary>Bytes of rows that are converted at once.</summary>
    private const int BufferBytes = 256 << 10;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly VectorLayout _layout;
    private byte[] _buffer = [];

    private VectorFile(string path, FileStream file, VectorLayout layout)
    {
        _path = path;
        _file = file;
        _layout = layout;
    }

    /// <summary>Rows.</summary>
    public int Count => (int)_layout.Count;

    /// <summary>Components of a row.</summary>
    public int Dimension => _layout.Dimension;

    /// <summary>Opens a file and compares what its header states with its length.</summary>
    /// <exception cref="TransferException">Not a file of vectors, damaged, or beyond a bound.</exception>
    /// <exception cref="IOException">There is none, or the disk refuses.</exception>
    public static VectorFile Open(string path)
    {
        if (!PointFormats.TryOf(path, out PointFormat format) || format.HasKeys())
        {
            IEnumerable<string> names = PointFormats.Names.Where(
                name => PointFormats.TryParse(name, out PointFormat known) && !known.HasKeys());
            throw new TransferException(
                path,
                null,
                $"the name ends in '{Path.GetExtension(path)}'; vectors are read from files that end in ."
                + string.Join(", .", names) + ".");
        }

        var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            VectorLayout layout = VectorLayout.Of(path, file, format);
            return layout.Count <= int.MaxValue
                ? new VectorFile(path, file, layout)
                : throw new TransferException(
                    path, "header", $"there are {layout.Count} rows; allowed are {int.MaxValue}.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads rows as float32. O(rows x dimension).</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="rows">[rows x dimension], written in full.</param>
    /// <exception cref="TransferException">A row that states another dimension.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Rows that are not there.</exception>
    public void Read(long first, Span<float> rows)
    {
        int count = rows.Length / Dimension;
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, count * Dimension);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Count);
        int step = Math.Max(1, BufferBytes / _layout.RowBytes);
        for (int done = 0; done < count; done += step)
        {
            int stepRows = Math.Min(step, count - done);
            ReadOnlySpan<byte> bytes = ReadBytes(first + done, stepRows);
            for (int row = 0; row < stepRows; row++)
            {
                Decode(
                    first + done + row,
                    bytes.Slice(row * _layout.RowBytes, _layout.RowBytes),
                    rows.Slice((done + row) * Dimension, Dimension));
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private ReadOnlySpan<byte> ReadBytes(long row, int rows)
    {
        int length = rows * _layout.RowBytes;
        if (_buffer.Length < length)
        {
            _buffer = new byte[length];
        }

        SafeFileHandle handle = _file.SafeFileHandle;
        long offset = _layout.Offset + (row * _layout.RowBytes);
        int done = 0;
        while (done < length)
        {
            int read = RandomAccess.Read(handle, _buffer.AsSpan(done, length - done), offset + done);
            if (read == 0)
            {
                throw new TransferException(
                    _path, $"row {row}", "the file ends here; it has become shorter meanwhile.");
            }

            done += read;
        }

        return _buffer.AsSpan(0, length);
    }

    private void Decode(long row, ReadOnlySpan<byte> bytes, Span<float> components)
    {
        if (_layout.HasPrefix)
        {
            int dimension = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (dimension != Dimension)
            {
                throw new TransferException(
                    _path,
                    $"row {row}",
                    $"the vector has {dimension} components; the first one has {Dimension}, and all must "
                    + "have as many.");
            }

            bytes = bytes[sizeof(int)..];
        }

        if (_layout.Element == VectorElement.Float32 && BitConverter.IsLittleEndian)
        {
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).CopyTo(components);
            return;
        }

        for (int i = 0; i < components.Length; i++)
        {
            ReadOnlySpan<byte> element = bytes[(i * _layout.ElementBytes)..];
            components[i] = _layout.Element switch
            {
                VectorElement.Float32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                VectorElement.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                VectorElement.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                VectorElement.Int8 => (sbyte)element[0],
                _ => element[0],
            };
        }
    }
}
