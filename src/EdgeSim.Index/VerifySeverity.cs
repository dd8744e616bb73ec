namespace EdgeSim.Index;

/// <summary>
/// How bad something is that <see cref="Collection.Verify(string, Action{VerifyProgress})"/> found.
/// </summary>
public enum VerifySeverity
{
    /// <summary>
    /// Nothing is lost by it, and no answer is wrong: left over by a power cut, for example.
    /// </summary>
    Note,

    /// <summary>
    /// Damage: a row cannot be read, an answer could be wrong, or the collection will not open.
    /// </summary>
    Error,
}
