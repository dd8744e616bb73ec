using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// A segment file that is filled row by row, every section in one pass through a block of its own: the large
/// sections lie where so many rows as may come would need them, the small ones behind the payloads, when
/// everything is known. The gap that fewer rows leave is a hole in the file; where holes are more than a
/// sixteenth of it, or keys came twice, the file is written once more without them; so it is where it gets
/// structures that are built from all of its rows.
/// </summary>
internal sealed class BulkSegment : IDisposable
{
    private const int HolePartMax = 16;

    /// <summary>Bytes of a file being copied after which its pages are given back.</summary>
    private const long DropBytes = 8 << 20;

    private readonly StoreContext _store;
    private readonly CheckpointWriter _checkpoints;
    private readonly uint _number;
    private readonly int _rowsMax;
    private readonly SafeFileHandle _file;
    private readonly WriteBehind _writer;
    private readonly List<BulkSection> _sections = [];
    private readonly LoadedColumn[] _columns;
    private readonly bool[] _hasVector;
    private readonly LoadedKeys _keys;
    private readonly BulkSection _payloadOffsets;
    private readonly BulkSection _payloads;
    private long _end = SegmentHeader.SizeBytes;
    private long _holeBytes;

    /// <param name="store">The collection.</param>
    /// <param name="checkpoints">Gives the file its number.</param>
    /// <param name="rowsMax">Rows for which the file is laid out.</param>
    internal BulkSegment(StoreContext store, CheckpointWriter checkpoints, int rowsMax)
    {
        _store = store;
        _checkpoints = checkpoints;
        _number = checkpoints.TakeNumber();
        _rowsMax = rowsMax;
        _keys = new LoadedKeys(rowsMax);
        _file = store.Files.Create(TemporaryPath);
        _writer = new WriteBehind(store.Files, _file, store.Settings.IsBackground);
        _columns = new LoadedColumn[store.Options.Vectors.Count];
        _hasVector = new bool[_columns.Length];
        for (int i = 0; i < _columns.Length; i++)
        {
            int stride = store.Options.Vectors[i].Stride;
            _columns[i] = new LoadedColumn(
                i,
                stride,
                [
                    Place(SectionId.Codes, i, 1, (long)rowsMax * stride),
                    Place(SectionId.Scales, i, sizeof(float), (long)rowsMax * sizeof(float)),
                    Place(SectionId.SquareSums, i, sizeof(int), (long)rowsMax * sizeof(int)),
                    Place(SectionId.CodeSums, i, sizeof(int), (long)rowsMax * sizeof(int)),
                ]);
        }

        _payloadOffsets = Place(SectionId.PayloadOffsets, 0, sizeof(ulong), (rowsMax + 1L) * sizeof(ulong));
        _payloads = Place(SectionId.Payloads, 0, 1, 0);
        _payloadOffsets.Write(0UL);
    }

    /// <summary>Complete rows.</summary>
    internal int RowCount { get; private set; }

    internal bool IsFull => RowCount == _rowsMax;

    private string Path => _store.File(OrphanFiles.SegmentName(_number));

    private string TemporaryPath => Path + AtomicFile.TemporarySuffix;

    /// <summary>Gives the row that <see cref="EndRow"/> completes a vector.</summary>
    internal void AddVector(int column, ReadOnlySpan<sbyte> codes, QuantizedRow side)
    {
        _columns[column].Add(codes, side);
        _hasVector[column] = true;
    }

    /// <summary>Completes a row.</summary>
    internal void EndRow(Key key, ReadOnlySpan<byte> payload)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].EndRow(RowCount, _hasVector[i], _rowsMax);
            _hasVector[i] = false;
        }

        _payloads.Write(payload);
        _payloadOffsets.Write((ulong)_payloads.Bytes);
        _keys.Add(key);
        RowCount++;
    }

    /// <summary>
    /// Ends the file: durable under its final name, opened, with one share for the caller. No manifest lists
    /// it yet. At least one row is complete.
    /// </summary>
    internal Segment Finish(IReadOnlyList<PayloadIndexField> fields, BulkLoadOptions load)
    {
        foreach (BulkSection section in _sections)
        {
            long room = section.Id == SectionId.PayloadOffsets ? _rowsMax + 1L : _rowsMax;
            _holeBytes += section == _payloads ? 0 : (room * Width(section)) - section.Bytes;
        }

        _end = _payloads.Offset + _payloads.Bytes;
        WriteVectorPlaces();
        WriteKeys(out Tombstones? replaced);
        ManifestEntry entry = WriteHeader();
        _writer.Dispose();
        _file.Dispose();
        bool isFinal = replaced is null && fields.Count == 0 && _holeBytes <= _end / HolePartMax
            && !_columns.Any(column => _store.Structures[column.Column].IsAnyWanted(column.Count));
        if (isFinal)
        {
            _store.Files.Rename(TemporaryPath, Path);
            _store.Files.FlushDirectory(_store.Path);
            return Open(Path, entry);
        }

        Segment loose = Open(TemporaryPath, entry);
        try
        {
            var view = new SegmentView(loose, replaced ?? Tombstones.None);
            return _checkpoints.WriteSegment([view], fields, Dropping(loose, load))!;
        }
        finally
        {
            loose.Release();
            _store.TryDelete(System.IO.Path.GetFileName(TemporaryPath));
        }
    }

    /// <summary>Gives a file up that has not been finished.</summary>
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            _writer.Dispose();
            _file.Dispose();
            _store.TryDelete(System.IO.Path.GetFileName(TemporaryPath));
        }
    }

    /// <summary>Bytes of a row in a section that has room for all rows that may come.</summary>
    private long Width(BulkSection section)
        => section.Id == SectionId.Codes ? _columns[section.Column].Stride : section.ElementBytes;

    /// <summary>What has been copied of a file need not stay in memory.</summary>
    private static WritePace Dropping(Segment from, BulkLoadOptions load)
    {
        long dropped = 0;
        return new WritePace(0, load.Stop, written =>
        {
            if (written - dropped >= DropBytes)
            {
                dropped = written;
                from.DropPages();
            }
        })
        {
            Linking = load.Linking,
        };
    }

    private Segment Open(string path, in ManifestEntry entry)
    {
        Segment segment = SegmentOpener.Open(
            _store.Files, path, _store.Descriptor.Id, _store.Options, entry);
        segment.Share();
        return segment;
    }

    private BulkSection Place(SectionId id, int column, int elementBytes, long room)
    {
        long alignment = room >= SegmentLayout.BlockBytes || id == SectionId.Payloads
            ? SegmentLayout.LargeAlignment
            : SegmentLayout.SmallAlignment;
        long offset = (_end + alignment - 1) / alignment * alignment;
        var section = new BulkSection(_writer, id, column, elementBytes, offset);
        _sections.Add(section);
        _end = offset + room;
        return section;
    }

    /// <summary>Where some row has no vector: which vector a row has, and which row a vector.</summary>
    private void WriteVectorPlaces()
    {
        foreach (LoadedColumn column in _columns.Where(column => column.Count < RowCount))
        {
            BulkSection owners = Place(
                SectionId.Owners, column.Column, sizeof(uint), (long)column.Count * sizeof(uint));
            for (uint row = 0; row < RowCount; row++)
            {
                if (column.Has((int)row))
                {
                    owners.Write(row);
                }
            }

            BulkSection vectors = Place(
                SectionId.Vectors, column.Column, sizeof(uint), (long)RowCount * sizeof(uint));
            uint next = 0;
            for (int row = 0; row < RowCount; row++)
            {
                vectors.Write(column.Has(row) ? next++ : uint.MaxValue);
            }
        }
    }

    private void WriteKeys(out Tombstones? replaced)
    {
        WriteAll(SectionId.Keys, sizeof(ulong), MemoryMarshal.AsBytes(_keys.Lows));
        if (_keys.HasUuids)
        {
            WriteAll(SectionId.KeyHighs, sizeof(ulong), MemoryMarshal.AsBytes(_keys.Highs));
            WriteAll(SectionId.KeyKinds, 1, _keys.Kinds);
        }

        WriteAll(
            SectionId.KeyOrder, sizeof(uint), MemoryMarshal.AsBytes(_keys.Order(out replaced).AsSpan()));
        if (KeyFilter.Words(RowCount) > 0)
        {
            WriteAll(SectionId.KeyFilter, sizeof(ulong), _keys.Filter());
        }
    }

    private void WriteAll(SectionId id, int elementBytes, ReadOnlySpan<byte> bytes)
        => Place(id, 0, elementBytes, bytes.Length).Write(bytes);

    private ManifestEntry WriteHeader()
    {
        var checksums = new List<uint>();
        SegmentHeader header = SegmentLayout.Empty(
            _store.Descriptor.Id, _number, _store.Options, RowCount);
        _sections.ForEach(section => section.End());
        _writer.Drain();
        foreach (BulkSection section in _sections)
        {
            header.Sections[(int)header.SectionCount++] = section.Entry((uint)checksums.Count);
            checksums.AddRange(section.Checksums);
        }

        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(checksums));
        BulkSection last = Place(SectionId.Checksums, 0, sizeof(uint), bytes.Length);
        last.Write(bytes);
        last.End();
        _writer.Drain();
        header.Sections[(int)header.SectionCount++] = last.Entry(0);
        header.FileBytes = (ulong)_end;
        header.ChecksumsChecksum = Crc32C.Of(bytes);
        header.HeaderChecksum = SegmentHeader.ChecksumOf(ref header);
        _store.Files.Write(_file, SegmentHeader.AsBytes(ref header), 0);
        _store.Files.Flush(_file);
        return new ManifestEntry
        {
            Number = _number,
            RowCount = header.RowCount,
            FileBytes = header.FileBytes,
            HeaderChecksum = header.HeaderChecksum,
        };
    }
}
