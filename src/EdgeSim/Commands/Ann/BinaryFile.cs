using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// A little-endian file that has its name only once it is complete. Not flushed: data for a benchmark can be
/// made again.
/// </summary>
internal sealed class BinaryFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;

    internal BinaryFile(string path)
    {
        _path = path;
        _stream = new FileStream(
            path + AtomicFile.TemporarySuffix, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
    }

    internal void Write(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _stream.Write(bytes);
    }

    internal void Write(float value) => Write(BitConverter.SingleToUInt32Bits(value));

    internal void Write(ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            _stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        foreach (float value in values)
        {
            Write(value);
        }
    }

    /// <summary>Gives the file its name.</summary>
    internal void Finish()
    {
        _stream.Dispose();
        File.Move(_path + AtomicFile.TemporarySuffix, _path, overwrite: true);
    }

    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_path + AtomicFile.TemporarySuffix);
    }
}
