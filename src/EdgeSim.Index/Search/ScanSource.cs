using EdgeSim.Index.Payloads;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>
/// The vectors of one segment, or of the rows in memory, on their way through a scan: cut into steps, and
/// several steps to a chunk, which is what a thread takes at a time.
/// </summary>
internal sealed class ScanSource
{
    /// <summary>Steps of a chunk: half a megabyte of codes, some ten microseconds.</summary>
    private const int ChunkSteps = 8;

    private IRowSource? _rows;
    private FreshColumn? _fresh;
    private RowBitmap? _bitmap;

    /// <summary>Vectors.</summary>
    internal int Count { get; private set; }

    /// <summary>Number of the first one among those of all sources.</summary>
    internal uint FirstPlace { get; private set; }

    internal int FirstChunk { get; private set; }

    /// <summary>0 where it is probed and not scanned.</summary>
    internal int ChunkCount => IsProbed ? 0 : (int)(((long)Count + ChunkRows - 1) / ChunkRows);

    /// <summary>The vectors as they lie in a segment file; null: they are in memory.</summary>
    internal SegmentColumn? Segment { get; private set; }

    /// <summary>How it is searched.</summary>
    internal SearchEffort Effort { get; set; }

    internal bool IsProbed => Effort.Strategy != SearchStrategy.Flat;

    internal int ChunkRows => StepRows * ChunkSteps;

    internal int StepRows { get; private set; }

    internal IRowSource Rows => _rows!;

    /// <summary>The rows that a filter which was asked first has chosen, live ones only; or null.</summary>
    internal RowBitmap? Chosen { get; private set; }

    /// <summary>The filter that is still to be asked, or null.</summary>
    internal PreparedFilter? Filter { get; private set; }

    /// <summary>Whether vector n is row n.</summary>
    private bool IsAligned => Segment?.IsAligned ?? Count == Rows.RowCount;

    internal void Open(Snapshot snapshot, int index, int column, uint firstPlace, int firstChunk)
    {
        _rows = snapshot.Source(index);
        if (index < snapshot.Views.Length)
        {
            Segment = snapshot.Views[index].Segment.Column(column);
            Count = Segment.Count;
            StepRows = Math.Clamp(FlatIndex.StepBytes / Segment.Stride, 1, FlatIndex.StepRowsMax);
        }
        else
        {
            FreshView view = snapshot.Fresh[index - snapshot.Views.Length];
            _fresh = view.Rows.Column(column);
            Count = view.CountOf(column);
            StepRows = FreshColumn.ChunkRows;
        }

        FirstPlace = firstPlace;
        FirstChunk = firstChunk;
        Effort = SearchEffort.Flat;
    }

    /// <summary>A bitmap for <see cref="Choose"/>; it is kept from search to search.</summary>
    internal RowBitmap Bitmap() => _bitmap ??= new RowBitmap();

    /// <summary>Says which rows are meant.</summary>
    internal void Choose(RowBitmap rows) => Chosen = rows;

    /// <summary>Says what to ask of the rows that could enter the answer.</summary>
    internal void AskLater(PreparedFilter filter) => Filter = filter;

    /// <summary>Lets the rows go.</summary>
    internal void Close()
    {
        _rows = null;
        Segment = null;
        _fresh = null;
        Chosen = null;
        Filter = null;
    }

    /// <summary>The row of a vector.</summary>
    internal int Owner(int vector) => Segment?.Owner(vector) ?? _fresh!.Owner(vector);

    internal ReadOnlySpan<sbyte> Codes(int first, int count)
        => Segment is null ? _fresh!.Codes(first, count) : Segment.Codes(first, count);

    internal ReadOnlySpan<int> SquareSums(int first, int count)
        => Segment is null ? _fresh!.SquareSums(first, count) : Segment.SquareSums(first, count);

    internal ReadOnlySpan<float> Scales(int first, int count)
        => Segment is null ? _fresh!.Scales(first, count) : Segment.Scales(first, count);

    internal QuantizedRow Side(int vector) => Segment?.Side(vector) ?? _fresh!.Side(vector);

    /// <summary>Whether a row is meant and lives; its payload may still have to be looked at.</summary>
    internal bool IsWanted(int row) => Chosen is null ? Rows.IsLive(row) : Chosen.Contains(row);

    /// <summary>Whether a row fulfils the filter that was left for later.</summary>
    internal bool Matches(int row) => Filter is null || Filter.Matches(Rows.Key(row), Rows.Payload(row));

    /// <summary>
    /// The chosen ones among some vectors, counted from the first of them. O(count / 64 + chosen) where every
    /// row has a vector.
    /// </summary>
    internal int Pick(int first, int count, Span<int> picks)
    {
        RowBitmap chosen = Chosen!;
        int picked = 0;
        if (IsAligned)
        {
            for (int row = chosen.Next(first); row >= 0 && row < first + count; row = chosen.Next(row + 1))
            {
                picks[picked++] = row - first;
            }

            return picked;
        }

        for (int i = 0; i < count; i++)
        {
            if (chosen.Contains(Owner(first + i)))
            {
                picks[picked++] = i;
            }
        }

        return picked;
    }
}
