using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>
/// An open segment file: immutable rows behind checked spans. Shared by the snapshots that list it; the last
/// one to go unmaps it. Spans are valid until then.
/// </summary>
internal sealed class Segment
{
    private readonly MappedFile _map;
    private readonly SegmentSections _sections;
    private readonly SegmentColumn[] _columns;
    private readonly Section _keys;
    private readonly Section? _keyHighs;
    private readonly Section? _keyKinds;
    private readonly Section? _keyFilter;
    private readonly Section _keyOrder;
    private readonly Section _payloadOffsets;
    private readonly Section _payloads;
    private readonly Lazy<(Key First, Key Last)> _range;
    private readonly Lazy<PayloadIndexes?> _indexes;
    private int _users;

    /// <summary>Takes ownership of the mapping, whose header and section table have been checked.</summary>
    internal Segment(MappedFile map, string path, ref SegmentHeader header, CollectionOptions options)
    {
        _map = map;
        Path = path;
        Number = checked((int)header.Number);
        RowCount = (int)header.RowCount;
        HeaderChecksum = header.HeaderChecksum;
        _sections = new SegmentSections(map, path, ref header);
        _columns = new SegmentColumn[options.Vectors.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = new SegmentColumn(_sections, i, options.Vectors[i], RowCount);
        }

        _keys = _sections.Get(SectionId.Keys);
        _keyHighs = _sections.Find(SectionId.KeyHighs);
        _keyKinds = _sections.Find(SectionId.KeyKinds);
        _keyFilter = _sections.Find(SectionId.KeyFilter);
        _keyOrder = _sections.Get(SectionId.KeyOrder);
        _payloadOffsets = _sections.Get(SectionId.PayloadOffsets);
        _payloads = _sections.Get(SectionId.Payloads);
        _range = new Lazy<(Key First, Key Last)>(
            () => (Key(OrdinalByKey(0)), Key(OrdinalByKey(RowCount - 1))),
            LazyThreadSafetyMode.PublicationOnly);
        Section? indexes = _sections.Find(SectionId.PayloadIndexes);
        _indexes = new Lazy<PayloadIndexes?>(
            () => indexes is null ? null : PayloadIndexes.Open(new SectionBytes(indexes), RowCount),
            LazyThreadSafetyMode.PublicationOnly);
    }

    internal string Path { get; }

    internal MappedFile Map => _map;

    internal int Number { get; }

    internal int RowCount { get; }

    internal uint HeaderChecksum { get; }

    internal long Bytes => _map.Bytes;

    /// <summary>Whether some block has failed its checksum since the file was opened.</summary>
    internal bool IsDamaged => _sections.IsDamaged;

    /// <summary>All sections but the checksums, in the order of the file's table.</summary>
    internal IReadOnlyList<Section> Sections => _sections.All;

    /// <summary>The smallest key. Read at the first use, so that opening reads no keys.</summary>
    internal Key FirstKey => _range.Value.First;

    /// <summary>The largest key.</summary>
    internal Key LastKey => _range.Value.Last;

    /// <summary>The line that lists this file in a manifest slot.</summary>
    internal ManifestEntry Entry => new()
    {
        Number = (uint)Number,
        RowCount = (uint)RowCount,
        FileBytes = (ulong)Bytes,
        HeaderChecksum = HeaderChecksum,
    };

    internal SegmentColumn Column(int column) => _columns[column];

    /// <summary>The bytes of the payload indexes; null where it was made without.</summary>
    internal Section? IndexSection => _sections.Find(SectionId.PayloadIndexes);

    /// <summary>The payload indexes; null where it was made without. Read at the first use.</summary>
    /// <exception cref="IndexCorruptException">They are damaged.</exception>
    internal PayloadIndexes? Indexes => _indexes.Value;

    /// <summary>The key of a row.</summary>
    internal Key Key(int ordinal)
    {
        ulong low = _keys.Read<ulong>(ordinal, 1)[0];
        return _keyKinds is null || _keyHighs is null || _keyKinds.Read<byte>(ordinal, 1)[0] == 0
            ? new Key(low)
            : new Key(true, _keyHighs.Read<ulong>(ordinal, 1)[0], low);
    }

    /// <summary>The ordinal of the row with the n-th smallest key.</summary>
    internal int OrdinalByKey(int n)
    {
        uint ordinal = _keyOrder.Read<uint>(n, 1)[0];
        return ordinal < (uint)RowCount
            ? (int)ordinal
            : throw _keyOrder.Wrong(n, $"names row {ordinal} of {RowCount}");
    }

    /// <summary>Bytes of a row's payload.</summary>
    internal int PayloadLength(int ordinal)
    {
        ReadOnlySpan<ulong> ends = _payloadOffsets.Read<ulong>(ordinal, 2);
        ulong bytes = ends[1] - ends[0];
        return ends[1] >= ends[0] && bytes <= IndexLimits.PayloadBytesMax
            ? (int)bytes
            : throw _payloadOffsets.Wrong(ordinal, $"gives its payload {bytes} bytes");
    }

    /// <summary>The payload of a row.</summary>
    internal ReadOnlySpan<byte> Payload(int ordinal)
        => _payloads.Read<byte>((long)_payloadOffsets.Read<ulong>(ordinal, 1)[0], PayloadLength(ordinal));

    /// <summary>Finds a key; -1 when absent, mostly without a search. O(log rows).</summary>
    internal int Find(Key key)
    {
        if (_keyFilter is not null)
        {
            int words = (int)(_keyFilter.Bytes / sizeof(ulong));
            int block = KeyFilter.BlockOf(key, words);
            if (!KeyFilter.MayContain(
                _keyFilter.Read<ulong>(block * KeyFilter.BlockWords, KeyFilter.BlockWords), key))
            {
                return -1;
            }
        }

        int at = LowerBound(key);
        if (at == RowCount)
        {
            return -1;
        }

        int ordinal = OrdinalByKey(at);
        return Key(ordinal) == key ? ordinal : -1;
    }

    /// <summary>How many keys are smaller: where a key is, or would be, in key order. O(log rows).</summary>
    internal int LowerBound(Key key)
    {
        (Key first, Key last) = _range.Value;
        if (key <= first)
        {
            return 0;
        }

        int low = 1;
        int high = key > last ? low = RowCount : RowCount - 1;
        while (low < high)
        {
            int middle = low + ((high - low) >> 1);
            if (Key(OrdinalByKey(middle)) < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>
    /// Checks every block of every section. Reads the whole file, and keeps little of it in memory.
    /// </summary>
    internal void Verify()
    {
        foreach (Section section in _sections.All)
        {
            section.CheckAll(DropPages);
        }
    }

    /// <summary>
    /// Takes what was read of the file out of this process's memory: for those who read all of it once. It
    /// stays in the system's cache.
    /// </summary>
    internal void DropPages() => _map.DropPages();

    /// <summary>
    /// Reads only what is asked for from now on, in the places that are asked for before they are touched.
    /// </summary>
    internal void ExpectReads()
    {
        if (!_sections.IsRead)
        {
            _map.ReadHereAndThere();
            _sections.IsRead = true;
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
}
