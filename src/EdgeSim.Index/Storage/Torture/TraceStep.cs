namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// One call that changed the disk, or one mark of the program, in the order in which they ended.
/// </summary>
/// <param name="Kind">Which call.</param>
/// <param name="Path">Its file or directory, relative to the recorded one, with '/'.</param>
/// <param name="File">Which file, by a number that it keeps over a rename; -1 where none is meant.</param>
/// <param name="Offset">Of a write; the new length of a SetLength; the tag or count of a mark.</param>
internal readonly record struct TraceStep(TraceKind Kind, string Path = "", int File = -1, long Offset = 0)
{
    /// <summary>What a write wrote: a copy.</summary>
    internal byte[] Bytes { get; init; } = [];

    /// <summary>The new name of a rename.</summary>
    internal string Target { get; init; } = "";

    /// <summary>For people who look for the step that was in flight.</summary>
    public override string ToString() => Kind switch
    {
        TraceKind.Write => $"write {Path} {Offset}+{Bytes.Length}",
        TraceKind.SetLength => $"set length {Path} {Offset}",
        TraceKind.Rename => $"rename {Path} to {Target}",
        TraceKind.Accepted or TraceKind.Durable or TraceKind.Recovered => $"mark {Kind} {Offset}",
        _ => $"{Kind} {Path}",
    };
}
