using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>Rows of vectors in a file.</summary>
public sealed class VectorFile : IDisposable
{
    private readonly SafeFileHandle _file;

    private VectorFile(SafeFileHandle file, int count, int dimension)
    {
        _file = file;
        Count = count;
        Dimension = dimension;
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Components of a row.</summary>
    public int Dimension { get; }

    /// <summary>Opens a file.</summary>
    public static VectorFile Open(string path)
    {
        SafeFileHandle file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[8];
        RandomAccess.Read(file, header, 0);
        return new VectorFile(
            file,
            BinaryPrimitives.ReadInt32LittleEndian(header),
            BinaryPrimitives.ReadInt32LittleEndian(header[4..]));
    }

    /// <summary>Reads rows.</summary>
    public void Read(long first, Span<float> rows)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(rows);
        long offset = 8 + (first * Dimension * sizeof(float));
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(_file, bytes, offset);
            bytes = bytes[read..];
            offset += read;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();
}
