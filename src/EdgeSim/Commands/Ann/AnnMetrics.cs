using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>Metrics as people and other benchmarks spell them.</summary>
internal static class AnnMetrics
{
    /// <exception cref="UserException">No such metric.</exception>
    internal static Metric Parse(string text) => text.ToLowerInvariant() switch
    {
        "euclid" or "euclidean" or "l2" => Metric.Euclid,
        "cosine" or "angular" => Metric.Cosine,
        "dot" or "ip" => Metric.Dot,
        _ => throw new UserException(
            ExitCode.Usage,
            $"--metric is '{text}'; expected euclid (or l2), cosine (or angular), or dot (or ip)."),
    };

    internal static string NameOf(Metric metric) => metric switch
    {
        Metric.Euclid => "euclid",
        Metric.Cosine => "cosine",
        _ => "dot",
    };
}
