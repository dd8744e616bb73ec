using System.Text.Json.Serialization;

namespace EdgeSim.Commands.Reports;

/// <summary>
/// One operating point of <c>bench ann</c>. Names are those that benchmarks of nearest-neighbour engines use,
/// so that lines of several engines can be read together.
/// </summary>
public sealed record AnnLine
{
    [JsonPropertyName("engine")]
    public required string Engine { get; init; }

    [JsonPropertyName("compilation")]
    public required string Compilation { get; init; }

    [JsonPropertyName("kernels")]
    public required string Kernels { get; init; }

    [JsonPropertyName("dataset")]
    public required string Dataset { get; init; }

    /// <summary>Strategy and effort.</summary>
    [JsonPropertyName("config")]
    public required string Config { get; init; }

    [JsonPropertyName("metric")]
    public required string Metric { get; init; }

    [JsonPropertyName("rows")]
    public required long Rows { get; init; }

    [JsonPropertyName("dimension")]
    public required int Dimension { get; init; }

    [JsonPropertyName("k")]
    public required int K { get; init; }

    /// <summary>Queries that were asked and measured.</summary>
    [JsonPropertyName("queries")]
    public required int Queries { get; init; }

    /// <summary>That a query might use.</summary>
    [JsonPropertyName("threads")]
    public required int Threads { get; init; }

    /// <summary>What --ram said; absent when it said nothing.</summary>
    [JsonPropertyName("ram_mb")]
    public double? RamMB { get; init; }

    /// <summary>Files that every query went through.</summary>
    [JsonPropertyName("segments")]
    public required int Segments { get; init; }

    /// <summary>Loading, sealing and merging; null when the collection was there already.</summary>
    [JsonPropertyName("build_s")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? BuildSeconds { get; init; }

    /// <summary>What answers questions: codes, side numbers, keys, search structures.</summary>
    [JsonPropertyName("index_bytes")]
    public required long IndexBytes { get; init; }

    /// <summary>All files of the collection.</summary>
    [JsonPropertyName("disk_bytes")]
    public required long DiskBytes { get; init; }

    /// <summary>Recall at <see cref="K"/>.</summary>
    [JsonPropertyName("recall")]
    public required double Recall { get; init; }

    /// <summary>The same, when k is 10.</summary>
    [JsonPropertyName("recall_at_10")]
    public double? RecallAt10 { get; init; }

    /// <summary>Whether every answer said that nothing was left out.</summary>
    [JsonPropertyName("complete")]
    public required bool Complete { get; init; }

    /// <summary>Queries a second of the clock.</summary>
    [JsonPropertyName("qps")]
    public required double QueriesPerSecond { get; init; }

    /// <summary>
    /// Queries a second of processor time, of all threads: what others on the machine do disturbs it less.
    /// </summary>
    [JsonPropertyName("cpu_qps")]
    public required double QueriesPerCpuSecond { get; init; }

    [JsonPropertyName("p50_us")]
    public required double P50Us { get; init; }

    [JsonPropertyName("p99_us")]
    public required double P99Us { get; init; }

    /// <summary>Resident after the queries, pages of mapped files included.</summary>
    [JsonPropertyName("rss_mb")]
    public required double ResidentMB { get; init; }

    /// <summary>Of these, memory that the kernel cannot drop.</summary>
    [JsonPropertyName("anonymous_mb")]
    public required double AnonymousMB { get; init; }
}
