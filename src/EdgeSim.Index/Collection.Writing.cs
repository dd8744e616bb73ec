using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

public sealed partial class Collection
{
    /// <summary>
    /// Bytes that the rows added and not yet committed take, at most <see cref="IndexLimits.FreshBytesMax"/>.
    /// </summary>
    public long FreshBytes
    {
        get
        {
            lock (_writing)
            {
                return _fresh.Bytes;
            }
        }
    }

    /// <summary>
    /// Whether one more row with a payload of this many bytes can be added before a commit.
    /// </summary>
    public bool HasRoomFor(int payloadBytes)
    {
        lock (_writing)
        {
            return _fresh.HasRoomFor(payloadBytes);
        }
    }

    /// <summary>
    /// Adds a row in memory. It is found only after the next <see cref="Commit"/>, where it replaces an
    /// earlier row of the same key. O(dimension).
    /// </summary>
    /// <param name="key">The caller's id; any value.</param>
    /// <param name="vector">
    /// [dimension]. Its length is kept for dot and euclid, and does not matter for cosine.
    /// </param>
    /// <param name="payload">Anything, up to <see cref="IndexLimits.PayloadBytesMax"/> bytes; copied.</param>
    /// <exception cref="VectorException">
    /// Wrong dimension, a component that is not finite or too large, or a zero vector for cosine; nothing was
    /// added.
    /// </exception>
    /// <exception cref="ArgumentException">Too long a payload.</exception>
    /// <exception cref="IndexReadOnlyException">See <see cref="IsReadOnly"/>.</exception>
    /// <exception cref="IndexFullException">
    /// There is no room before a commit; see <see cref="HasRoomFor"/>.
    /// </exception>
    public void Add(ulong key, ReadOnlySpan<float> vector, ReadOnlySpan<byte> payload)
    {
        Options.CheckLength(vector.Length);
        if (payload.Length > IndexLimits.PayloadBytesMax)
        {
            throw new ArgumentException(
                $"The payload has {payload.Length} bytes; allowed are {IndexLimits.PayloadBytesMax}.",
                nameof(payload));
        }

        lock (_writing)
        {
            _ = Newest; // Disposed?
            RequireWritable();
            if (!_fresh.HasRoomFor(payload.Length))
            {
                throw new IndexFullException(
                    Path,
                    $"{_fresh.RowCount} rows of {_fresh.Bytes} bytes wait for a commit; allowed are "
                    + $"{IndexLimits.FreshRowsMax} rows and {IndexLimits.FreshBytesMax} bytes",
                    "Commit, then add on.");
            }

            _fresh.Add(key, vector, Options.Metric, payload);
        }
    }

    /// <summary>Forgets the rows that were added and not committed. What is committed stays.</summary>
    public void DiscardFresh()
    {
        lock (_writing)
        {
            _fresh = new FreshRows(Newest.Stride);
        }
    }

    /// <summary>
    /// Makes the added rows durable and visible. When it returns, they survive a power cut; when it throws,
    /// the commit before is what a reader finds, and the rows are still here to be committed again. Does
    /// nothing without added rows.
    /// </summary>
    /// <remarks>
    /// The rows become a new segment file, together with the rows of the newest segments as long as those
    /// have fewer than twice as many rows: so there are about log2(rows) files, and a row is rewritten about
    /// as often. Memory does not depend on the number of rows merged.
    /// </remarks>
    /// <exception cref="IndexStorageException">The disk refuses.</exception>
    /// <exception cref="IndexFullException">
    /// The collection has <see cref="IndexLimits.RowsMax"/> rows.
    /// </exception>
    public void Commit()
    {
        lock (_writing)
        {
            Snapshot old = Newest;
            if (_fresh.RowCount == 0)
            {
                return;
            }

            Snapshot made = Guard(
                Path, "the commit failed and the one before it stands", () => WriteSnapshot(old));
            Volatile.Write(ref _newest, made);
            _fresh = new FreshRows(old.Stride);
            var merged = new List<string>();
            foreach (SegmentView view in old.Views)
            {
                if (made.Find(view.Segment.Number) is null)
                {
                    merged.Add(view.Segment.Path);
                }
            }

            old.Release();
            merged.ForEach(TryDelete);
        }
    }

    /// <summary>
    /// Removes the collection from the disk and closes it. Its directory goes too, unless it holds files that
    /// are not ours.
    /// </summary>
    /// <exception cref="IndexStorageException">The disk refuses; what is left is no collection.</exception>
    /// <exception cref="IndexReadOnlyException">See <see cref="IsReadOnly"/>.</exception>
    public void Delete()
    {
        lock (_writing)
        {
            Snapshot newest = Newest; // Disposed?
            RequireWritable();
            newest.Release();
            _newest = null;
            try
            {
                Guard(Path, "the collection cannot be removed", () => CollectionFiles.Remove(_files, Path));
            }
            finally
            {
                _lock.Dispose();
            }
        }
    }

    /// <summary>
    /// Writes segment and manifest; on any failure nothing that the commit before needs has been touched.
    /// </summary>
    private Snapshot WriteSnapshot(Snapshot old)
    {
        while (true)
        {
            SegmentView[] views = Array.ConvertAll(old.Views, view => view.Without(_fresh));
            int kept = CountKept(views);
            try
            {
                return WriteSnapshot(old, views, kept);
            }
            catch (IndexCorruptException) when (views.Skip(kept).Any(view => view.Segment.IsDamaged))
            {
                // A merge met a damaged block. That segment is marked now: it stays as it is, is not merged
                // again, and searches go on reporting it. The new rows must not be held back by it.
            }
        }
    }

    private Snapshot WriteSnapshot(Snapshot old, SegmentView[] views, int kept)
    {
        if (kept >= IndexLimits.SegmentsMax || old.RowCount + _fresh.RowCount > IndexLimits.RowsMax)
        {
            throw new IndexFullException(
                Path,
                $"the collection has {old.RowCount} rows in {old.Views.Length} files; "
                + $"allowed are {IndexLimits.RowsMax} rows "
                + $"and {IndexLimits.SegmentsMax} files",
                "Start another collection.");
        }

        var sources = new List<IRowSource>();
        for (int i = kept; i < views.Length; i++)
        {
            sources.Add(new SegmentRows(views[i]));
        }

        sources.Add(_fresh);

        // A number is never used twice, not even after a failure: what that failure left may be listed by a
        // slot.
        uint number = _nextNumber++;
        string path = System.IO.Path.Combine(Path, OrphanFiles.SegmentName(number));
        string temporary = path + AtomicFile.TemporarySuffix;
        SegmentHeader header;
        try
        {
            header = SegmentWriter.Write(_files, temporary, _descriptor.Id, number, Options, sources);
            _files.Rename(temporary, path);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }

        _files.FlushDirectory(Path);
        return Publish(old.Commit + 1, views.AsSpan(0, kept), path, ref header);
    }

    /// <summary>
    /// Opens the new segment and writes the slot that lists it: from then on the commit is what a reader
    /// finds.
    /// </summary>
    private Snapshot Publish(
        ulong commit, ReadOnlySpan<SegmentView> kept, string path, ref SegmentHeader header)
    {
        var slot = new ManifestSlot
        {
            Magic = ManifestSlot.MagicValue,
            Version = ManifestSlot.VersionNewest,
            CollectionId = _descriptor.Id,
            DescriptorChecksum = _descriptor.Checksum,
            Commit = commit,
            NextNumber = _nextNumber,
            SegmentCount = (uint)kept.Length + 1,
        };
        for (int i = 0; i < kept.Length; i++)
        {
            slot.Segments[i] = EntryOf(kept[i].Segment);
        }

        var made = new ManifestEntry
        {
            Number = header.Number,
            RowCount = header.RowCount,
            FileBytes = header.FileBytes,
            HeaderChecksum = header.HeaderChecksum,
        };
        slot.Segments[kept.Length] = made;
        Segment segment = SegmentOpener.Open(path, _descriptor.Id, Options, made);
        var snapshot = new Snapshot(Options, [.. kept, new SegmentView(segment)], commit);
        slot.LiveCountAndOne = (ulong)snapshot.LiveCount + 1;
        try
        {
            Manifest.Write(_files, System.IO.Path.Combine(Path, Manifest.FileName), ref slot);
            return snapshot;
        }
        catch
        {
            // The segment stays on the disk: the slot may have reached it although the write reports a
            // failure.
            snapshot.Release();
            throw;
        }
    }

    /// <summary>
    /// How many of the oldest segments stay as they are; the others are merged with the fresh rows.
    /// </summary>
    private int CountKept(SegmentView[] views)
    {
        long rows = _fresh.LiveCount;
        int kept = views.Length;
        while (kept > 0)
        {
            SegmentView last = views[kept - 1];
            bool isSmall = last.LiveCount < 2 * rows && rows + last.LiveCount <= IndexLimits.SegmentRowsMax;
            if (!isSmall || last.Segment.IsDamaged)
            {
                break;
            }

            rows += last.LiveCount;
            kept--;
        }

        return kept;
    }

    /// <summary>
    /// Removes a file that nothing needs any more, now or when the collection is opened next.
    /// </summary>
    private void TryDelete(string path)
    {
        try
        {
            _files.Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Left for OrphanFiles.Remove.
        }
    }

    private static ManifestEntry EntryOf(Segment segment) => new()
    {
        Number = (uint)segment.Number,
        RowCount = (uint)segment.RowCount,
        FileBytes = (ulong)segment.Bytes,
        HeaderChecksum = segment.HeaderChecksum,
    };
}
