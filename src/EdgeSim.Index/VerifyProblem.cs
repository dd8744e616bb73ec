namespace EdgeSim.Index;

/// <summary>Something that is not as it was written.</summary>
/// <param name="File">The file, as an absolute path.</param>
/// <param name="Offset">Where in it, in bytes from its start; null when the whole file is meant.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Severity">How bad it is.</param>
public sealed record VerifyProblem(string File, long? Offset, string What, VerifySeverity Severity)
{
    /// <summary>All of it, on one line.</summary>
    public override string ToString()
        => (Severity == VerifySeverity.Note ? "note: " : "") + File
            + (Offset is { } offset ? $", byte {offset}: " : ": ") + What;
}
