using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// A section of a segment that is being loaded: a stream with a block and checksums of its own.
/// </summary>
internal sealed class BulkSection
{
    private readonly BlockWriter _writer;

    /// <param name="files">The disk.</param>
    /// <param name="file">The file.</param>
    /// <param name="id">What it holds.</param>
    /// <param name="column">Which vector it is about.</param>
    /// <param name="elementBytes">Size of an element.</param>
    /// <param name="offset">Where it starts.</param>
    internal BulkSection(
        DurableFiles files, SafeFileHandle file, SectionId id, int column, int elementBytes, long offset)
    {
        Id = id;
        Column = column;
        ElementBytes = elementBytes;
        Offset = offset;
        _writer = new BlockWriter(files, file, WritePace.Free);
        _writer.Begin(offset);
    }

    internal SectionId Id { get; }

    internal int Column { get; }

    internal int ElementBytes { get; }

    internal long Offset { get; }

    /// <summary>Bytes so far.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Of the blocks, in order; all of them after <see cref="End"/>.</summary>
    internal List<uint> Checksums => _writer.Checksums;

    internal void Write<T>(T value)
        where T : unmanaged
        => Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        _writer.Write(bytes);
        Bytes += bytes.Length;
    }

    /// <summary>Writes what is left.</summary>
    internal void End() => _writer.End();

    /// <summary>Its line in the section table.</summary>
    internal SectionEntry Entry(uint firstChecksum) => new()
    {
        Id = (uint)Id,
        ElementBytes = (uint)ElementBytes,
        Offset = (ulong)Offset,
        Bytes = (ulong)Bytes,
        FirstChecksum = firstChecksum,
        Column = (uint)Column,
    };
}
