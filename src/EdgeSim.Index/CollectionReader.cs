using EdgeSim.Index.Kernels;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

/// <summary>
/// The points of a collection as one batch left them: everything read through one reader fits together,
/// whatever is written meanwhile. Takes no lock and holds nobody up. Dispose it soon and once: files that
/// were merged away stay on the disk until then.
/// </summary>
public readonly ref struct CollectionReader
{
    private readonly Snapshot _snapshot;

    internal CollectionReader(Snapshot snapshot) => _snapshot = snapshot;

    /// <summary>Points.</summary>
    public long Count => _snapshot.LiveCount;

    /// <summary>The last batch whose changes are seen.</summary>
    public ulong Sequence => _snapshot.Sequence;

    internal Snapshot Snapshot => _snapshot;

    /// <summary>Lets go.</summary>
    public void Dispose() => _snapshot.Release();

    /// <summary>
    /// The points nearest to a query: exactly the best of all, each measured by its stored codes against the
    /// float query. Equal scores: the older row first. O(rows x dimension); allocates nothing once the
    /// scratch has grown.
    /// </summary>
    /// <param name="query">[dimension].</param>
    /// <param name="scratch">
    /// Memory of the search; not shared with a search that runs at the same time.
    /// </param>
    /// <param name="matches">As many as wanted, 0 to <see cref="IndexLimits.KMax"/>; best first.</param>
    /// <param name="vector">Which vector of the points; null: the collection's first.</param>
    /// <param name="effort">
    /// 0: exact. Otherwise segments that have a graph are searched through it, keeping this many rows on the
    /// way (at least as many as matches): more find more, and take longer.
    /// </param>
    /// <returns>How many matches there are, and what the search did.</returns>
    /// <exception cref="ArgumentException">
    /// Wrong dimension, too many matches, a component that is not finite or too large, a zero vector for
    /// cosine, or no vector of that name.
    /// </exception>
    /// <exception cref="IndexCorruptException">
    /// A block that the scan needs fails its checksum: no answer is better than a wrong one.
    /// </exception>
    public SearchStatistics Search(
        ReadOnlySpan<float> query,
        SearchScratch scratch,
        Span<Match> matches,
        string? vector = null,
        int effort = 0)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        int column = _snapshot.Options.ColumnOf(vector);
        _snapshot.Options.Vectors[column].CheckLength(query.Length);
        if (matches.Length > IndexLimits.KMax)
        {
            throw new ArgumentException(
                $"{matches.Length} matches are asked for; allowed are {IndexLimits.KMax}.", nameof(matches));
        }

        if ((uint)effort > IndexLimits.EffortMax)
        {
            throw new ArgumentException(
                $"The effort is {effort}; allowed are 0 to {IndexLimits.EffortMax}.", nameof(effort));
        }

        return FlatIndex.Search(_snapshot, column, VectorKernels.Best, query, scratch, matches, effort);
    }

    /// <summary>Whether there is a point of this key.</summary>
    public bool Contains(Key key) => _snapshot.TryFind(key, out _, out _);

    /// <summary>Finds the row of a key; its score is 0. O(segments), and O(log rows) where it is.</summary>
    /// <exception cref="IndexCorruptException">A block of keys fails its checksum.</exception>
    public bool TryGet(Key key, out Match row)
    {
        bool isThere = _snapshot.TryFind(key, out int source, out int ordinal);
        row = isThere ? new Match(key, 0f, _snapshot.NumberOf(source), ordinal) : default;
        return isThere;
    }

    /// <summary>
    /// The payload of a row that this reader found: a MessagePack map, or nothing. Valid until the reader is
    /// disposed.
    /// </summary>
    /// <exception cref="ArgumentException">The row is not of this reader.</exception>
    /// <exception cref="IndexCorruptException">Its block fails its checksum.</exception>
    public ReadOnlySpan<byte> Payload(in Match match) => SourceOf(match).Payload(match.Ordinal);

    /// <summary>Whether a row has a vector of a name; null: of the collection's first.</summary>
    /// <exception cref="ArgumentException">The row is not of this reader, or no such name.</exception>
    public bool HasVector(in Match match, string? vector = null)
        => SourceOf(match).VectorOf(_snapshot.Options.ColumnOf(vector), match.Ordinal) >= 0;

    /// <summary>
    /// The stored vector of a row: codes times scale, each component off by at most half a scale. Cosine rows
    /// have length one, nearly.
    /// </summary>
    /// <param name="match">The row.</param>
    /// <param name="destination">[dimension], written in full.</param>
    /// <param name="vector">Which vector; null: the collection's first.</param>
    /// <returns>False, with nothing written, when the row has no such vector.</returns>
    /// <exception cref="ArgumentException">The row is not of this reader, or no such name.</exception>
    /// <exception cref="IndexCorruptException">Its block fails its checksum.</exception>
    public bool TryCopyVector(in Match match, Span<float> destination, string? vector = null)
    {
        int column = _snapshot.Options.ColumnOf(vector);
        _snapshot.Options.Vectors[column].CheckLength(destination.Length);
        IRowSource source = SourceOf(match);
        int place = source.VectorOf(column, match.Ordinal);
        if (place < 0)
        {
            return false;
        }

        ReadOnlySpan<sbyte> codes = source.Codes(column, place);
        QuantizedRow side = source.Side(column, place);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = codes[i] * side.Scale;
        }

        return true;
    }

    /// <summary>
    /// Points in key order, a page at a time. O(log rows) to begin, then O(sources) a point, and with a
    /// filter what its evaluation costs.
    /// </summary>
    /// <param name="from">The smallest key of the page; null: the first there is.</param>
    /// <param name="rows">The page, filled from its start.</param>
    /// <param name="next">Where the next page starts; null when there is none.</param>
    /// <param name="filter">Which points; null: all.</param>
    /// <returns>Rows filled.</returns>
    public int Scroll(Key? from, Span<Match> rows, out Key? next, Filter? filter = null)
    {
        var walk = new KeyWalk(_snapshot, from, filter);
        int count = 0;
        while (count < rows.Length && walk.MoveNext())
        {
            rows[count++] = walk.Current;
        }

        next = walk.MoveNext() ? walk.Current.Key : null;
        return count;
    }

    /// <summary>
    /// How many points a filter matches at least, probably and at most, from the payload indexes alone: no
    /// payload is read. O(conditions x segments x log rows).
    /// </summary>
    /// <exception cref="FilterException">The filter is too large, or a value makes no sense.</exception>
    public (long Min, long Expected, long Max) Estimate(Filter filter)
        => new FilteredRows(_snapshot, filter).Estimate();

    /// <summary>Points that a filter matches; null: all.</summary>
    /// <exception cref="FilterException">The filter is too large, or a value makes no sense.</exception>
    public long CountOf(Filter? filter)
        => filter is null ? Count : new FilteredRows(_snapshot, filter).Count();

    private IRowSource SourceOf(in Match match)
    {
        int index = _snapshot.IndexOf(match.Segment);
        return index >= 0 && (uint)match.Ordinal < (uint)_snapshot.Source(index).RowCount
            ? _snapshot.Source(index)
            : throw new ArgumentException(
                $"Row {match.Ordinal} of segment {match.Segment} (key {match.Key}) is not of this reader. "
                + "Read rows with the reader that found them.",
                nameof(match));
    }
}
