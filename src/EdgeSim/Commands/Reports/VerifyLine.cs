namespace EdgeSim.Commands.Reports;

/// <summary>What <c>edgesim verify</c> found in one collection.</summary>
/// <param name="Collection">Its name.</param>
/// <param name="Sound">Whether everything is as it was written.</param>
/// <param name="Points">Points; absent where the damage leaves that open.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Errors">How many errors there are; the list may be shorter.</param>
/// <param name="Problems">Errors and notes.</param>
/// <param name="Refused">Why it could not be verified; absent when it was.</param>
public sealed record VerifyLine(
    string Collection,
    bool Sound,
    long? Points,
    int Segments,
    int Logs,
    long Bytes,
    long Errors,
    IReadOnlyList<ProblemLine> Problems,
    string? Refused);
