namespace EdgeSim.Index.Storage.Torture;

/// <summary>What was survived.</summary>
/// <param name="Seed">Of the first program.</param>
/// <param name="Programs">Seeds from there on.</param>
/// <param name="Steps">Steps of their traces.</param>
/// <param name="Cuts">Power cuts, the second ones included.</param>
/// <param name="SecondCuts">Power cuts after a first one.</param>
/// <param name="Elapsed">All of it.</param>
/// <param name="SlowestCheck">The longest that opening, comparing and closing took.</param>
/// <param name="SlowestReplay">After which cut.</param>
internal readonly record struct TortureReport(
    ulong Seed,
    int Programs,
    long Steps,
    long Cuts,
    long SecondCuts,
    TimeSpan Elapsed,
    TimeSpan SlowestCheck,
    string SlowestReplay);
