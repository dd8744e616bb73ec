namespace EdgeSim.Commands.Reports;

/// <summary>Something that is not as it was written.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Where in it, in bytes; absent when the whole file is meant.</param>
/// <param name="What">What is wrong, or was lost.</param>
/// <param name="Severity"><c>error</c> or <c>note</c>; absent for a loss.</param>
public sealed record ProblemLine(string File, long? Offset, string What, string? Severity);
