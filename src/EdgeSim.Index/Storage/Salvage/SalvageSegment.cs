using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// A segment file, whatever state it is in: what of each row can be read for certain. A byte is certain when
/// the block it is in has the checksum that was written for it.
/// </summary>
internal sealed class SalvageSegment : IDisposable
{
    private readonly MappedFile _map;
    private readonly bool _ownsMap;
    private readonly SalvageSection _keys;
    private readonly SalvageSection? _keyHighs;
    private readonly SalvageSection? _keyKinds;
    private readonly SalvageSection _payloadOffsets;
    private readonly SalvageSection _payloads;
    private readonly SalvageColumn[] _columns;

    private SalvageSegment(
        string path, MappedFile map, bool ownsMap, in SegmentHeader header, CollectionOptions options)
    {
        Path = path;
        Header = header;
        Options = options;
        _map = map;
        _ownsMap = ownsMap;
        var sections = new List<SalvageSection>();
        for (int i = 0; i < header.SectionCount; i++)
        {
            if (header.Sections[i].Id != (uint)SectionId.Checksums)
            {
                sections.Add(new SalvageSection(map, header.Sections[i]));
            }
        }

        Sections = sections;
        _keys = Find(SectionId.Keys)!;
        _keyHighs = Find(SectionId.KeyHighs);
        _keyKinds = Find(SectionId.KeyKinds);
        _payloadOffsets = Find(SectionId.PayloadOffsets)!;
        _payloads = Find(SectionId.Payloads)!;
        _columns = [.. options.Vectors.Select((vector, i) => new SalvageColumn(this, i, vector))];
    }

    internal string Path { get; }

    internal SegmentHeader Header { get; }

    internal CollectionOptions Options { get; }

    internal uint Number => Header.Number;

    internal int RowCount => (int)Header.RowCount;

    internal IReadOnlyList<SalvageSection> Sections { get; }

    internal IReadOnlyList<SalvageColumn> Columns => _columns;

    /// <summary>The line that lists this file in a manifest slot.</summary>
    internal ManifestEntry Entry => new()
    {
        Number = Header.Number,
        RowCount = Header.RowCount,
        FileBytes = Header.FileBytes,
        HeaderChecksum = Header.HeaderChecksum,
    };

    /// <summary>Reads a whole file and notes what is wrong with its blocks.</summary>
    /// <returns>Null where nothing of it can be used.</returns>
    /// <exception cref="IndexFormatException">Of a newer version.</exception>
    internal static SalvageSegment? Open(
        string path,
        ulong collectionId,
        CollectionOptions options,
        ManifestEntry? entry,
        ProblemList problems,
        ScanProgress? progress)
    {
        progress?.Begin(path);
        using SafeFileHandle? file = SalvageBytes.TryOpen(path, problems);
        if (file is null)
        {
            return null;
        }

        if (SalvageHeader.Find(file, path, collectionId, options, entry, problems) is not { } header
            || MappedFile.TryOpen(path, 1, out _) is not { } map)
        {
            return null;
        }

        var segment = new SalvageSegment(path, map, ownsMap: true, header, options);
        segment.CheckBlocks(file, problems, progress);
        return segment;
    }

    /// <summary>
    /// Checks the file of an open segment, which may have been removed, through its mapping.
    /// </summary>
    internal static SalvageSegment Of(
        Segment open, CollectionOptions options, ProblemList problems, ScanProgress? progress)
    {
        progress?.Begin(open.Path);
        var segment = new SalvageSegment(open.Path, open.Map, ownsMap: false, HeaderOf(open.Map), options);
        segment.CheckBlocks(null, problems, progress);
        return segment;
    }

    /// <summary>A section, or null.</summary>
    internal SalvageSection? Find(SectionId id, int column = 0)
        => Sections.FirstOrDefault(section => section.Id == id && section.Column == column);

    /// <summary>The key of a row; false when it cannot be read.</summary>
    internal bool TryKey(int row, out Key key)
    {
        key = default;
        if (!_keys.IsGood<ulong>(row, 1))
        {
            return false;
        }

        ulong low = _keys.Read<ulong>(row, 1)[0];
        if (_keyKinds is null || _keyHighs is null)
        {
            key = new Key(low);
            return true;
        }

        if (!_keyKinds.IsGood<byte>(row, 1))
        {
            return false;
        }

        if (_keyKinds.Read<byte>(row, 1)[0] == 0)
        {
            key = new Key(low);
            return true;
        }

        if (!_keyHighs.IsGood<ulong>(row, 1))
        {
            return false;
        }

        key = new Key(true, _keyHighs.Read<ulong>(row, 1)[0], low);
        return true;
    }

    /// <summary>The payload of a row; false when it cannot be read.</summary>
    internal bool TryPayload(int row, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!_payloadOffsets.IsGood<ulong>(row, 2))
        {
            return false;
        }

        ReadOnlySpan<ulong> ends = _payloadOffsets.Read<ulong>(row, 2);
        if (ends[1] < ends[0]
            || ends[1] - ends[0] > IndexLimits.PayloadBytesMax
            || ends[1] > (ulong)_payloads.Bytes
            || !_payloads.IsGood<byte>((long)ends[0], (long)(ends[1] - ends[0])))
        {
            return false;
        }

        payload = _payloads.Read<byte>((long)ends[0], (int)(ends[1] - ends[0]));
        return true;
    }

    /// <summary>Whether a payload is one that a write would take.</summary>
    internal static string? WhyNot(ReadOnlySpan<byte> payload)
    {
        try
        {
            PayloadRules.Check(payload);
            return null;
        }
        catch (PayloadException wrong)
        {
            return wrong.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsMap)
        {
            _map.Dispose();
        }
    }

    private static unsafe SegmentHeader HeaderOf(MappedFile map)
        => MemoryMarshal.Read<SegmentHeader>(
            new ReadOnlySpan<byte>((void*)map.Address, SegmentHeader.SizeBytes));

    private void CheckBlocks(SafeFileHandle? file, ProblemList problems, ScanProgress? progress)
    {
        progress?.Add(SegmentHeader.SizeBytes);
        uint?[] checksums = SalvageHeader.Checksums(file, _map, Header, out bool isWhole);
        if (!isWhole)
        {
            problems.Error(
                Path,
                (long)SegmentOpener.Find(Header, SectionId.Checksums, Path).Offset,
                "the section of checksums is not as it was written");
        }

        foreach (SalvageSection section in Sections)
        {
            section.Check(file, checksums, (at, what) => problems.Error(Path, at, what), progress);
        }
    }
}
