namespace EdgeSim.Index.Transfer;

/// <summary>
/// A file that is read or written by a transfer is not what its format says. The message names the file and
/// the place in it, what is there, and what is allowed; it is safe to show to a user.
/// </summary>
public sealed class TransferException : Exception
{
    internal TransferException(string path, string? place, string what, Exception? inner = null)
        : base($"{path}{(place is null ? "" : ", " + place)}: {what}", inner)
    {
        Path = path;
        Place = place;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Where in it: a byte, a line, a row; null where the whole file is meant.</summary>
    public string? Place { get; }
}
