using EdgeSim.Index.Kernels;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>What a scan goes over, whatever it looks for.</summary>
internal readonly struct ScanRequest
{
    internal required Snapshot Snapshot { get; init; }

    internal required int Column { get; init; }

    internal required VectorKernels Kernels { get; init; }

    /// <summary>Which rows; null: all.</summary>
    internal PreparedFilter? Filter { get; init; }

    /// <summary>Places that are no match, ascending.</summary>
    internal uint[] Excluded { get; init; }

    /// <summary>
    /// Whether the excluded are not even walked through, as if they were not stored: so calibrations ask.
    /// </summary>
    internal bool LeavesOut { get; init; }

    internal int Offset { get; init; }

    /// <summary>Matches have a score above this; minus infinity: any.</summary>
    internal float Bar { get; init; }

    internal int Threads { get; init; }

    /// <summary>The share of true matches that is to be found; 1: all, exactly.</summary>
    internal float Recall { get; init; }

    /// <summary>A strategy and its effort instead of the recall.</summary>
    internal SearchEffort? Effort { get; init; }

    /// <summary>The share of the bytes that is not in memory and must be read, 0 to 1.</summary>
    internal double Missing
        => Planning.SearchPlanner.MissingOf(Snapshot.Bytes, Snapshot.Residency.BytesMax);

    /// <summary>Whether segments may be searched without looking at every row.</summary>
    internal bool MayProbe => Effort is { } effort ? effort.Strategy != SearchStrategy.Flat : Recall < 1f;

    internal VectorOptions Options => Snapshot.Options.Vectors[Column];

    internal Metric Metric => Options.Metric;

    internal static ScanRequest Of(Snapshot snapshot, int column, VectorKernels kernels) => new()
    {
        Snapshot = snapshot,
        Column = column,
        Kernels = kernels,
        Excluded = [],
        Bar = float.NegativeInfinity,
        Threads = 1,
        Recall = 1f,
    };

    /// <exception cref="ArgumentException">An option has a value that is not allowed.</exception>
    /// <exception cref="FilterException">The filter is too large, or a value makes no sense.</exception>
    internal static ScanRequest Of(Snapshot snapshot, SearchOptions options, VectorKernels kernels)
    {
        options.Validate();
        bool isFiltered = options.Filter is { } filter
            && (filter.Must.Count > 0 || filter.Should.Count > 0 || filter.MustNot.Count > 0
                || filter.MinShould is not null);
        int column = snapshot.Options.ColumnOf(options.Vector);
        return new ScanRequest
        {
            Snapshot = snapshot,
            Column = column,
            Kernels = kernels,
            Filter = isFiltered ? PreparedFilter.Prepare(options.Filter!) : null,
            Excluded = [],
            Offset = options.Offset,
            Bar = BarOf(options.ScoreMin),
            Threads = options.Threads,
            Recall = options.Exact ? 1f : options.Recall ?? snapshot.Options.Vectors[column].Index.Recall,
            Effort = options.Exact ? null : options.Effort,
        };
    }

    /// <summary>The largest score below the least one allowed.</summary>
    internal static float BarOf(float? scoreMin)
        => scoreMin is { } score ? MathF.BitDecrement(score) : float.NegativeInfinity;
}
