using EdgeSim.Index.Payloads;

namespace EdgeSim.Index;

/// <summary>What is asked beside the query. Immutable: make it once and use it for many searches.</summary>
public sealed record SearchOptions
{
    /// <summary>All points, the first vector, from the best match on, one thread.</summary>
    public static SearchOptions Default { get; } = new();

    /// <summary>Which vector of the points is compared; null: the collection's first.</summary>
    public string? Vector { get; init; }

    /// <summary>Which points are meant; null: all.</summary>
    public Filter? Filter { get; init; }

    /// <summary>
    /// Best matches to pass over, 0 to <see cref="IndexLimits.OffsetMax"/>: the next page of an answer. Each
    /// page is a search of its own that keeps offset + k rows.
    /// </summary>
    public int Offset { get; init; }

    /// <summary>
    /// The least score of a match, itself included; null: any. For Euclid minus the largest distance.
    /// </summary>
    public float? ScoreMin { get; init; }

    /// <summary>
    /// Threads that may scan at once, 1 to <see cref="IndexLimits.SearchThreadsMax"/>: the caller's and some
    /// of the thread pool, never a new one. The matches are the same for any number. Costs a few microseconds
    /// and about 100 bytes a thread, and each keeps its own best rows, so it pays from some megabytes of
    /// codes on.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Which share of the true matches an answer is to have on average, more than 0 and up to 1; null: what
    /// the collection was created with (<see cref="IndexOptions.Recall"/>). 1 is the exact answer. Segments
    /// whose measured curves do not reach it are scanned, so asking for much costs time and nothing else.
    /// </summary>
    public float? Recall { get; init; }

    /// <summary>Whether the answer must be the exact one, whatever the recall says.</summary>
    public bool Exact { get; init; }

    /// <summary>A strategy and its effort instead of a recall; null: what the recall asks for.</summary>
    public SearchEffort? Effort { get; init; }

    /// <exception cref="ArgumentException">An option has a value that is not allowed.</exception>
    internal void Validate()
    {
        Effort?.Validate();
        if (Recall is { } recall && recall is not (> 0f and <= 1f))
        {
            throw new ArgumentException(
                $"Recall is {recall}; allowed are more than 0 and at most 1.", nameof(Recall));
        }

        if (Offset is < 0 or > IndexLimits.OffsetMax)
        {
            throw new ArgumentException(
                $"Offset is {Offset}; allowed are 0 to {IndexLimits.OffsetMax}. "
                + "To read all points use Scroll.",
                nameof(Offset));
        }

        if (ScoreMin is { } score && float.IsNaN(score))
        {
            throw new ArgumentException(
                "ScoreMin is not a number; give a number, or null for any score.", nameof(ScoreMin));
        }

        if (Threads is < 1 or > IndexLimits.SearchThreadsMax)
        {
            throw new ArgumentException(
                $"Threads is {Threads}; allowed are 1 to {IndexLimits.SearchThreadsMax}.", nameof(Threads));
        }
    }
}
