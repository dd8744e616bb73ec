namespace EdgeSim;

/// <summary>
/// What the process tells the shell. Numbers follow BSD's sysexits.h, so that scripts may already know them.
/// </summary>
public enum ExitCode
{
    Success = 0,

    /// <summary>The command line is wrong.</summary>
    Usage = 64,

    /// <summary>The input data is refused: a damaged picture, a text that is too long, wrong JSON.</summary>
    Data = 65,

    /// <summary>A file, folder, collection or model that was named does not exist.</summary>
    NoInput = 66,

    /// <summary>Something this command needs is not installed: a model or a native library.</summary>
    Unavailable = 69,

    /// <summary>A defect of EdgeSim; the message says how to report it.</summary>
    Internal = 70,

    /// <summary>A collection is damaged, as <c>edgesim verify</c> says.</summary>
    Damaged = 72,

    /// <summary>The disk refused: full, read-only, damaged.</summary>
    InputOutput = 74,

    /// <summary>Try again later: another process holds the collection.</summary>
    Busy = 75,

    /// <summary>The configuration cannot work, e.g. the RAM budget is too small.</summary>
    Configuration = 78,
}
