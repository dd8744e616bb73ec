namespace EdgeSim;

/// <summary>
/// A refusal that is the caller's to mend. The message says what was found, what is allowed and what to do;
/// it is shown as it is, on the terminal and over HTTP.
/// </summary>
public sealed class UserException(ExitCode code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ExitCode Code { get; } = code;
}
