namespace EdgeSim.Index.Storage.Salvage;

/// <summary>What is found wrong, in the order in which it is found, bounded in number.</summary>
internal sealed class ProblemList
{
    private readonly List<VerifyProblem> _problems = [];
    private int _notes;

    /// <summary>Errors, listed or not.</summary>
    internal long ErrorCount { get; private set; }

    internal IReadOnlyList<VerifyProblem> Problems => _problems;

    /// <summary>Notes damage.</summary>
    internal void Error(string path, long? offset, string what)
    {
        if (ErrorCount++ < IndexLimits.ProblemsMax)
        {
            _problems.Add(new VerifyProblem(path, offset, what, VerifySeverity.Error));
        }
    }

    /// <summary>Notes damage that was met as an exception.</summary>
    internal void Error(IndexException found) => Error(found.Path, found.Offset, found.Reason);

    /// <summary>Notes damage unless that place is listed already.</summary>
    internal void ErrorOnce(IndexException found)
    {
        if (!_problems.Exists(
            other => other.Severity == VerifySeverity.Error && other.File == found.Path
                && (found.Offset is null || other.Offset is null || other.Offset == found.Offset)))
        {
            Error(found);
        }
    }

    /// <summary>Notes what is odd and harms nobody.</summary>
    internal void Note(string path, long? offset, string what)
    {
        if (_notes++ < IndexLimits.ProblemsMax)
        {
            _problems.Add(new VerifyProblem(path, offset, what, VerifySeverity.Note));
        }
    }
}
