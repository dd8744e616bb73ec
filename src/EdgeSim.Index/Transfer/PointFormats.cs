namespace EdgeSim.Index.Transfer;

/// <summary>Formats by name and by the end of a file's name.</summary>
public static class PointFormats
{
    private static readonly (string Name, PointFormat Format)[] All =
    [
        ("npy", PointFormat.Npy),
        ("fbin", PointFormat.Fbin),
        ("i8bin", PointFormat.I8bin),
        ("u8bin", PointFormat.U8bin),
        ("fvecs", PointFormat.Fvecs),
        ("bvecs", PointFormat.Bvecs),
        ("jsonl", PointFormat.JsonLines),
        ("ndjson", PointFormat.JsonLines),
        ("msgpack", PointFormat.MessagePack),
        ("mpk", PointFormat.MessagePack),
    ];

    /// <summary>The names, which are also the ends of file names.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(All, known => known.Name);

    /// <summary>The format of a name such as "npy"; false where there is none.</summary>
    public static bool TryParse(string name, out PointFormat format)
    {
        int index = Array.FindIndex(
            All, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        format = index < 0 ? default : All[index].Format;
        return index >= 0;
    }

    /// <summary>The format that a file's name ends in; false where that is none.</summary>
    public static bool TryOf(string path, out PointFormat format)
        => TryParse(Path.GetExtension(path).TrimStart('.'), out format);

    /// <summary>Whether files of a format hold keys and payloads too.</summary>
    public static bool HasKeys(this PointFormat format)
        => format is PointFormat.JsonLines or PointFormat.MessagePack;
}
