using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>
/// What a merge that takes long is doing, so that it goes on where a power cut or a closing interrupted it:
/// its sources with the rows that were dead when it began, and how far its result is durable. The result
/// follows from these alone, byte for byte. Damaged or of no use any more, it is removed and the merge
/// starts over.
/// </summary>
internal static class MergeFile
{
    internal const string Prefix = "merge-";

    private const int ChecksumOffset = MergeHeader.SizeBytes - sizeof(uint);

    /// <summary>The file name of a merge.</summary>
    internal static string Name(uint number)
        => Prefix + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>The bytes of the file.</summary>
    internal static byte[] Serialize(
        ulong collectionId,
        uint number,
        IReadOnlyList<SegmentView> sources,
        IReadOnlyList<PayloadIndexField> fields,
        uint order,
        long durableBytes)
    {
        var writer = new ArrayBufferWriter<byte>();
        writer.Write(new byte[MergeHeader.SizeBytes]);
        foreach (SegmentView source in sources)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                writer.GetSpan(sizeof(uint)), (uint)source.Segment.Number);
            writer.Advance(sizeof(uint));
        }

        var header = new MergeHeader
        {
            Magic = MergeHeader.MagicValue,
            Version = MergeHeader.VersionNewest,
            Number = number,
            CollectionId = collectionId,
            SourceCount = (uint)sources.Count,
            PageCount = StateFile.WritePages(writer, sources),
            FieldCount = (uint)fields.Count,
            Order = order,
            DurableBytes = (ulong)durableBytes,
        };
        StateFile.WriteFields(writer, fields);
        byte[] bytes = writer.WrittenSpan.ToArray();
        MemoryMarshal.Write(bytes, header);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), ChecksumOf(bytes));
        return bytes;
    }

    /// <summary>Reads a merge that can go on; null when it cannot.</summary>
    internal static PendingMerge? Read(StoreContext store, uint number, Checkpoint checkpoint)
    {
        byte[] bytes = store.Files.Read(store.File(Name(number)), IndexLimits.StateBytesMax);
        if (bytes.Length < MergeHeader.SizeBytes)
        {
            return null;
        }

        var header = MemoryMarshal.Read<MergeHeader>(bytes);
        if (header.FileChecksum != ChecksumOf(bytes)
            || header.Magic != MergeHeader.MagicValue
            || header.Version is 0 or > MergeHeader.VersionNewest
            || header.Number != number
            || header.CollectionId != store.Descriptor.Id)
        {
            return null;
        }

        int at = MergeHeader.SizeBytes + ((int)header.SourceCount * sizeof(uint));
        ReadOnlySpan<uint> numbers = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(MergeHeader.SizeBytes))
            [..(int)header.SourceCount];
        Dictionary<uint, Tombstones> dead = StateFile.ReadPages(bytes, ref at, header.PageCount);
        List<PayloadIndexField> fields = StateFile.ReadFields(bytes, ref at, header.FieldCount);
        var sources = new List<SegmentView>();
        foreach (uint source in numbers)
        {
            SegmentView? view = Array.Find(
                checkpoint.Views, candidate => candidate.Segment.Number == (int)source);
            Tombstones rows = dead.GetValueOrDefault(source, Tombstones.None);
            if (view is null || !rows.IsWithin(view.Dead))
            {
                return null;
            }

            sources.Add(new SegmentView(view.Segment, rows));
        }

        var temporary = new FileInfo(
            store.File(OrphanFiles.SegmentName(number) + AtomicFile.TemporarySuffix));
        return header.Order == store.OrderFingerprint
            && temporary.Exists && temporary.Length >= (long)header.DurableBytes
            && fields.SequenceEqual(checkpoint.Fields)
                ? new PendingMerge(number, sources, checkpoint.Fields, (long)header.DurableBytes)
                : null;
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> bytes)
        => Crc32C.Of(bytes[MergeHeader.SizeBytes..], Crc32C.Of(bytes[..ChecksumOffset]));
}
