using EdgeSim.Index.Search;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

public sealed partial class Collection
{
    /// <summary>
    /// The rows nearest to a query: exactly the best of all committed rows, each measured by its stored codes
    /// against the float query. Equal scores: the older row first. O(rows x dimension); allocates nothing
    /// once the scratch has grown.
    /// </summary>
    /// <param name="query">[dimension].</param>
    /// <param name="scratch">
    /// Memory of the search; not shared with a search that runs at the same time.
    /// </param>
    /// <param name="matches">As many as wanted, 0 to <see cref="IndexLimits.KMax"/>; best first.</param>
    /// <returns>How many matches there are, and what the search did.</returns>
    /// <exception cref="ArgumentException">
    /// Wrong dimension, too many matches, a component that is not finite or too large, or a zero vector for
    /// cosine.
    /// </exception>
    /// <exception cref="IndexCorruptException">
    /// A block that the scan needs fails its checksum: no answer is better than a wrong one.
    /// </exception>
    public SearchStatistics Search(ReadOnlySpan<float> query, SearchScratch scratch, Span<Match> matches)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        Options.CheckLength(query.Length);
        if (matches.Length > IndexLimits.KMax)
        {
            throw new ArgumentException(
                $"{matches.Length} matches are asked for; allowed are {IndexLimits.KMax}.", nameof(matches));
        }

        Snapshot snapshot = Share();
        try
        {
            return FlatIndex.Search(snapshot, _kernels, query, scratch, matches);
        }
        finally
        {
            snapshot.Release();
        }
    }

    /// <summary>Whether a committed row has this key. O(segments x log rows).</summary>
    public bool Contains(ulong key) => TryGet(key, out _);

    /// <summary>Finds the committed row of a key; its score is 0. O(segments x log rows).</summary>
    /// <exception cref="IndexCorruptException">A block of keys fails its checksum.</exception>
    public bool TryGet(ulong key, out Match row)
    {
        Snapshot snapshot = Share();
        try
        {
            for (int i = snapshot.Views.Length - 1; i >= 0; i--)
            {
                Segment segment = snapshot.Views[i].Segment;
                int ordinal = segment.Find(key);
                if (ordinal >= 0)
                {
                    row = new Match(key, 0f, segment.Number, ordinal);
                    return true;
                }
            }

            row = default;
            return false;
        }
        finally
        {
            snapshot.Release();
        }
    }

    /// <summary>
    /// The payload of a row, in the mapped file. Valid until the next commit or <see cref="Dispose"/>, or as
    /// long as a <see cref="Pin"/> that was taken before.
    /// </summary>
    /// <exception cref="InvalidOperationException">A commit has moved the row.</exception>
    /// <exception cref="IndexCorruptException">Its block fails its checksum.</exception>
    public ReadOnlySpan<byte> Payload(scoped in Match match)
    {
        Snapshot snapshot = ShareFor(match, out Segment segment);
        try
        {
            return segment.Payload(match.Ordinal);
        }
        finally
        {
            snapshot.Release();
        }
    }

    /// <summary>
    /// The stored vector of a row: codes times scale, each component off by at most half a scale. Cosine rows
    /// have length one, nearly.
    /// </summary>
    /// <param name="match">The row.</param>
    /// <param name="destination">[dimension], written in full.</param>
    /// <exception cref="InvalidOperationException">A commit has moved the row.</exception>
    /// <exception cref="IndexCorruptException">Its block fails its checksum.</exception>
    public void CopyVector(in Match match, Span<float> destination)
    {
        Options.CheckLength(destination.Length);
        Snapshot snapshot = ShareFor(match, out Segment segment);
        try
        {
            ReadOnlySpan<sbyte> codes = segment.Codes(match.Ordinal, 1);
            float scale = segment.Scales(match.Ordinal, 1)[0];
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = codes[i] * scale;
            }
        }
        finally
        {
            snapshot.Release();
        }
    }

    /// <summary>
    /// Keeps today's rows readable until the pin is disposed; see <see cref="CollectionPin"/>.
    /// </summary>
    public CollectionPin Pin()
    {
        Snapshot snapshot = Share();
        lock (_publishing)
        {
            _pinned.Add(snapshot);
        }

        return new CollectionPin(this, snapshot);
    }

    /// <summary>
    /// Checks every checksum of every block of every segment. Reads all files in full, at about disk speed.
    /// </summary>
    /// <exception cref="IndexCorruptException">The first block that fails, with file and offset.</exception>
    public void Verify()
    {
        Snapshot snapshot = Share();
        try
        {
            foreach (SegmentView view in snapshot.Views)
            {
                view.Segment.Verify();
            }
        }
        finally
        {
            snapshot.Release();
        }
    }

    internal void Unpin(Snapshot snapshot)
    {
        lock (_publishing)
        {
            _pinned.Remove(snapshot);
        }

        snapshot.Release();
    }

    /// <summary>The newest snapshot, counted; the caller releases it.</summary>
    private Snapshot Share()
    {
        while (true)
        {
            // A commit may publish and release between the two steps; then there is a newer one.
            Snapshot snapshot = Newest;
            if (snapshot.TryShare())
            {
                return snapshot;
            }
        }
    }

    /// <summary>The snapshot that a match belongs to, counted: the newest one, or a pinned one.</summary>
    private Snapshot ShareFor(in Match match, out Segment segment)
    {
        Snapshot newest = Share();
        Segment? found = newest.Find(match.Segment);
        if (found is null)
        {
            newest.Release();
            lock (_publishing)
            {
                foreach (Snapshot pinned in _pinned)
                {
                    found = pinned.Find(match.Segment);
                    if (found is not null && pinned.TryShare())
                    {
                        newest = pinned;
                        break;
                    }
                }
            }
        }

        if (found is null)
        {
            throw new InvalidOperationException(
                $"Row {match.Ordinal} of segment {match.Segment} (key {match.Key}) "
                + "has been moved by a commit. "
                + "Search again, or hold a Pin from before the search until the row has been read.");
        }

        if ((uint)match.Ordinal >= (uint)found.RowCount)
        {
            newest.Release();
            throw new ArgumentException(
                $"Segment {match.Segment} has {found.RowCount} rows; there is no row {match.Ordinal}.",
                nameof(match));
        }

        segment = found;
        return newest;
    }
}
