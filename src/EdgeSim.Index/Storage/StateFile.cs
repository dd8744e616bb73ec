using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>
/// What a checkpoint knows beside its segments: which of their rows are dead, and the payload indexes that
/// were declared. One file a checkpoint that changes it, written once; the manifest names it.
/// </summary>
internal static class StateFile
{
    internal const string Prefix = "state-";
    private const int PageBytes = 8 + (Tombstones.PageWords * sizeof(ulong));
    private const int ChecksumOffset = StateHeader.SizeBytes - sizeof(uint);

    /// <summary>The file name of a state.</summary>
    internal static string Name(uint number)
        => Prefix + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>The bytes of the file; the last four of its first 64 are the checksum.</summary>
    internal static byte[] Serialize(
        ulong collectionId,
        uint number,
        IReadOnlyList<SegmentView> views,
        IReadOnlyList<PayloadIndexField> fields)
    {
        var writer = new ArrayBufferWriter<byte>();
        writer.Advance(Zeroed(writer, StateHeader.SizeBytes));
        uint pages = WritePages(writer, views);
        WriteFields(writer, fields);
        byte[] bytes = writer.WrittenSpan.ToArray();
        var header = new StateHeader
        {
            Magic = StateHeader.MagicValue,
            Version = StateHeader.VersionNewest,
            Number = number,
            CollectionId = collectionId,
            PageCount = pages,
            FieldCount = (uint)fields.Count,
        };
        MemoryMarshal.Write(bytes, header);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), ChecksumOf(bytes));
        return bytes;
    }

    /// <summary>Appends the pages with dead rows; returns how many.</summary>
    internal static uint WritePages(ArrayBufferWriter<byte> writer, IReadOnlyList<SegmentView> views)
    {
        uint pages = 0;
        foreach (SegmentView view in views)
        {
            for (int page = 0; page < view.Dead.PageCount; page++)
            {
                if (view.Dead.Page(page) is { IsEmpty: false } words)
                {
                    Span<byte> entry = writer.GetSpan(PageBytes);
                    BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)view.Segment.Number);
                    BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)page);
                    MemoryMarshal.AsBytes(words).CopyTo(entry[8..]);
                    writer.Advance(PageBytes);
                    pages++;
                }
            }
        }

        return pages;
    }

    /// <summary>Appends the payload indexes.</summary>
    internal static void WriteFields(
        ArrayBufferWriter<byte> writer, IReadOnlyList<PayloadIndexField> fields)
    {
        foreach (PayloadIndexField field in fields)
        {
            byte[] path = Encoding.UTF8.GetBytes(field.Path);
            Span<byte> entry = writer.GetSpan(4 + path.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)field.Kind);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)path.Length);
            path.CopyTo(entry[4..]);
            writer.Advance(4 + path.Length);
        }
    }

    /// <summary>The checksum of a whole file.</summary>
    internal static uint ChecksumOf(ReadOnlySpan<byte> bytes)
        => Crc32C.Of(bytes[StateHeader.SizeBytes..], Crc32C.Of(bytes[..ChecksumOffset]));

    /// <summary>Reads a state file.</summary>
    /// <returns>The dead rows by segment number, and the fields.</returns>
    internal static (Dictionary<uint, Tombstones> Dead, List<PayloadIndexField> Fields) Read(
        DurableFiles files, string directory, Descriptor descriptor, in ManifestSlot slot)
    {
        string path = Path.Combine(directory, Name(slot.StateNumber));
        byte[] bytes = files.Read(path, IndexLimits.StateBytesMax);
        if (bytes.Length != (int)slot.StateBytes || bytes.Length < StateHeader.SizeBytes)
        {
            throw new IndexCorruptException(
                path,
                null,
                $"the file has {bytes.Length} bytes, not the {slot.StateBytes} that were written");
        }

        var header = MemoryMarshal.Read<StateHeader>(bytes);
        if (header.FileChecksum != ChecksumOf(bytes)
            || header.FileChecksum != slot.StateChecksum
            || header.Magic != StateHeader.MagicValue
            || header.Number != slot.StateNumber
            || header.CollectionId != descriptor.Id)
        {
            throw new IndexCorruptException(
                path, 0, "the file is not the one that was written under this name");
        }

        if (header.Version is 0 or > StateHeader.VersionNewest)
        {
            throw new IndexFormatException(
                path,
                8,
                $"the file has format version {header.Version}",
                "Use the EdgeSim that wrote it, or a newer one.");
        }

        int at = StateHeader.SizeBytes;
        try
        {
            return (ReadPages(bytes, ref at, header.PageCount), ReadFields(bytes, ref at, header.FieldCount));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new IndexCorruptException(path, at, "an entry reaches beyond the end of the file");
        }
    }

    /// <summary>Reads pages that a checksum covers.</summary>
    internal static Dictionary<uint, Tombstones> ReadPages(byte[] bytes, ref int at, uint count)
    {
        var pages = new Dictionary<uint, List<ulong[]?>>();
        for (int i = 0; i < count; i++, at += PageBytes)
        {
            ReadOnlySpan<byte> entry = bytes.AsSpan(at, PageBytes);
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            int page = (int)Math.Min(
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                IndexLimits.SegmentRowsMax / Tombstones.PageRows);
            if (!pages.TryGetValue(number, out List<ulong[]?>? list))
            {
                pages.Add(number, list = []);
            }

            while (list.Count <= page)
            {
                list.Add(null);
            }

            list[page] = MemoryMarshal.Cast<byte, ulong>(entry[8..]).ToArray();
        }

        return pages.ToDictionary(pair => pair.Key, pair => new Tombstones([.. pair.Value]));
    }

    /// <summary>Reads payload indexes that a checksum covers.</summary>
    internal static List<PayloadIndexField> ReadFields(byte[] bytes, ref int at, uint count)
    {
        var fields = new List<PayloadIndexField>();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = bytes.AsSpan(at, 4);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);
            string path = Encoding.UTF8.GetString(bytes.AsSpan(at + 4, length));
            fields.Add(new PayloadIndexField(
                path, (PayloadIndexKind)BinaryPrimitives.ReadUInt16LittleEndian(entry)));
            at += 4 + length;
        }

        return fields;
    }

    private static int Zeroed(ArrayBufferWriter<byte> writer, int bytes)
    {
        writer.GetSpan(bytes)[..bytes].Clear();
        return bytes;
    }
}
