namespace EdgeSim.Commands.Reports;

/// <summary>What <c>torture</c> has survived, or how to see the failure again.</summary>
/// <param name="Seed">Of the first program.</param>
/// <param name="Programs">Programs run.</param>
/// <param name="Cuts">Power cuts simulated.</param>
/// <param name="SecondCuts">Of these, in a recovery or after it.</param>
/// <param name="Failure">What was wrong; null when nothing was.</param>
/// <param name="Replay">The command that does it again; null when nothing was wrong.</param>
public sealed record TortureRunReport(
    ulong Seed,
    long Programs,
    long Cuts,
    long SecondCuts,
    double Seconds,
    string? Failure = null,
    string? Replay = null);
