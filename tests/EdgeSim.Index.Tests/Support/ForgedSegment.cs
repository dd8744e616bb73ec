using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// The bytes of a segment file of which some were changed, and that get the checksums of what they are now:
/// as a faulty or hostile writer would make them.
/// </summary>
internal sealed class ForgedSegment
{
    private readonly byte[] _file;
    private SegmentHeader _header;

    public ForgedSegment(byte[] file)
    {
        _file = file;
        _header = MemoryMarshal.Read<SegmentHeader>(file);
    }

    /// <summary>Where a section is.</summary>
    public SectionEntry Entry(SectionId id)
    {
        for (int i = 0; i < _header.SectionCount; i++)
        {
            if (_header.Sections[i].Id == (uint)id)
            {
                return _header.Sections[i];
            }
        }

        throw new InvalidOperationException($"No section {id}.");
    }

    /// <summary>Gives a section checksums that fit, writes the file, and opens it.</summary>
    public Segment Open(string path, SectionId changed, CollectionOptions options)
    {
        SectionEntry section = Entry(changed);
        SectionEntry checksums = Entry(SectionId.Checksums);
        Span<uint> sums = MemoryMarshal.Cast<byte, uint>(
            _file.AsSpan((int)checksums.Offset, (int)checksums.Bytes));
        for (int block = 0; block < SegmentLayout.BlockCount((long)section.Bytes); block++)
        {
            int from = block * SegmentLayout.BlockBytes;
            int bytes = Math.Min(SegmentLayout.BlockBytes, (int)section.Bytes - from);
            sums[(int)section.FirstChecksum + block] = Crc32C.Of(
                _file.AsSpan((int)section.Offset + from, bytes));
        }

        _header.ChecksumsChecksum = Crc32C.Of(MemoryMarshal.AsBytes(sums));
        _header.HeaderChecksum = SegmentHeader.ChecksumOf(ref _header);
        MemoryMarshal.Write(_file, _header);
        File.WriteAllBytes(path, _file);
        var entry = new ManifestEntry
        {
            Number = _header.Number,
            RowCount = _header.RowCount,
            FileBytes = _header.FileBytes,
            HeaderChecksum = _header.HeaderChecksum,
        };
        return SegmentOpener.Open(DurableFiles.Disk, path, _header.CollectionId, options, entry);
    }

    /// <summary>The same, and asks for the ten nearest, of which there are ten, each once.</summary>
    public SearchStatistics Search(
        string path, SectionId changed, CollectionOptions options, SearchEffort effort)
    {
        Segment segment = Open(path, changed, options);
        var snapshot = new Snapshot(options, 1, [new SegmentView(segment, Tombstones.None)], [], []);
        try
        {
            var matches = new Match[10];
            SearchStatistics statistics = FlatIndex.Nearest(
                ScanRequest.Of(snapshot, 0, VectorKernels.Best) with { Effort = effort },
                Rows.Vector(5, 6, options.Default.Dimension),
                new SearchScratch(),
                matches);
            Assert.Equal(10, statistics.MatchCount);
            Assert.Equal(10, matches.Select(match => match.Ordinal).Distinct().Count());
            return statistics;
        }
        finally
        {
            snapshot.Release();
        }
    }
}
