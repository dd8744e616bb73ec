namespace EdgeSim.Index.Storage;

/// <summary>
/// An open segment file: immutable rows behind checked spans. Shared by the snapshots that list it; the last
/// one to go unmaps it. Spans are valid until then.
/// </summary>
internal sealed unsafe class Segment
{
    private readonly MappedFile _map;
    private readonly Section _codes;
    private readonly Section _scales;
    private readonly Section _squareSums;
    private readonly Section _codeSums;
    private readonly Section _keys;
    private readonly Section _keyOrder;
    private readonly Section _payloadOffsets;
    private readonly Section _payloads;
    private readonly Section[] _all;
    private int _users;

    /// <summary>Takes ownership of the mapping, whose header and section table have been checked.</summary>
    internal Segment(MappedFile map, string path, ref SegmentHeader header)
    {
        _map = map;
        Path = path;
        Number = checked((int)header.Number);
        RowCount = (int)header.RowCount;
        Stride = (int)header.Stride;
        HeaderChecksum = header.HeaderChecksum;
        byte* file = (byte*)map.Address;
        uint* checksums = (uint*)(file + SegmentOpener.Find(ref header, SectionId.Checksums, path).Offset);
        var sections = new List<Section>();
        for (int i = 0; i < header.SectionCount; i++)
        {
            // Sections of later versions are listed too, so that Verify reads all that has a checksum.
            SectionEntry entry = header.Sections[i];
            if (entry.Id != (uint)SectionId.Checksums)
            {
                sections.Add(
                    new Section(file, path, entry, checksums + entry.FirstChecksum)
                    {
                        Id = (SectionId)entry.Id,
                    });
            }
        }

        _all = sections.ToArray();
        _codes = Find(SectionId.Codes);
        _scales = Find(SectionId.Scales);
        _squareSums = Find(SectionId.SquareSums);
        _codeSums = Find(SectionId.CodeSums);
        _keys = Find(SectionId.Keys);
        _keyOrder = Find(SectionId.KeyOrder);
        _payloadOffsets = Find(SectionId.PayloadOffsets);
        _payloads = Find(SectionId.Payloads);
    }

    internal string Path { get; }

    internal int Number { get; }

    internal int RowCount { get; }

    internal int Stride { get; }

    internal uint HeaderChecksum { get; }

    internal long Bytes => _map.Bytes;

    /// <summary>Whether some block has failed its checksum since the file was opened.</summary>
    internal bool IsDamaged => Array.Exists(_all, section => section.IsDamaged);

    /// <summary>[rows x stride] codes.</summary>
    internal ReadOnlySpan<sbyte> Codes(int first, int rows)
        => _codes.Read<sbyte>((long)first * Stride, rows * Stride);

    /// <summary>[rows] scales.</summary>
    internal ReadOnlySpan<float> Scales(int first, int rows) => _scales.Read<float>(first, rows);

    /// <summary>[rows] sums of squared codes.</summary>
    internal ReadOnlySpan<int> SquareSums(int first, int rows) => _squareSums.Read<int>(first, rows);

    /// <summary>[rows] sums of codes.</summary>
    internal ReadOnlySpan<int> CodeSums(int first, int rows) => _codeSums.Read<int>(first, rows);

    /// <summary>The key of a row.</summary>
    internal ulong Key(int ordinal) => _keys.Read<ulong>(ordinal, 1)[0];

    /// <summary>The ordinal of the row with the n-th smallest key.</summary>
    internal int OrdinalByKey(int n)
    {
        uint ordinal = _keyOrder.Read<uint>(n, 1)[0];
        return ordinal < (uint)RowCount
            ? (int)ordinal
            : throw new IndexCorruptException(Path, null, $"the key order names row {ordinal} of {RowCount}");
    }

    /// <summary>Bytes of a row's payload.</summary>
    internal int PayloadLength(int ordinal)
    {
        ReadOnlySpan<ulong> ends = _payloadOffsets.Read<ulong>(ordinal, 2);
        ulong bytes = ends[1] - ends[0];
        return ends[1] >= ends[0] && bytes <= IndexLimits.PayloadBytesMax
            ? (int)bytes
            : throw new IndexCorruptException(Path, null, $"the payload of row {ordinal} has {bytes} bytes");
    }

    /// <summary>The payload of a row.</summary>
    internal ReadOnlySpan<byte> Payload(int ordinal)
        => _payloads.Read<byte>((long)_payloadOffsets.Read<ulong>(ordinal, 1)[0], PayloadLength(ordinal));

    /// <summary>Finds a key by binary search in the key order; -1 when absent. O(log rows).</summary>
    internal int Find(ulong key)
    {
        int low = 0;
        int high = RowCount - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) >> 1);
            int ordinal = OrdinalByKey(middle);
            ulong found = Key(ordinal);
            if (found == key)
            {
                return ordinal;
            }

            if (found < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    /// <summary>Checks every block of every section. Reads the whole file.</summary>
    internal void Verify()
    {
        foreach (Section section in _all)
        {
            section.CheckAll();
        }
    }

    /// <summary>Counts one more user of the mapping.</summary>
    internal void Share() => Interlocked.Increment(ref _users);

    /// <summary>Counts one user less, and unmaps after the last.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _map.Dispose();
        }
    }

    private Section Find(SectionId id) => Array.Find(_all, section => section.Id == id)!;
}
