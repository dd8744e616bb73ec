using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>Asks for the nearest rows in one way, with so much effort.</summary>
internal delegate SearchStatistics AnnQuery(
    in CollectionReader reader,
    ReadOnlySpan<float> query,
    SearchOptions options,
    AnnEffort effort,
    SearchScratch scratch,
    Span<Match> matches);
