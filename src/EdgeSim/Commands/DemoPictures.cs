namespace EdgeSim.Commands;

/// <summary>
/// Which pictures of a folder the demo takes: those with a caption of two words or more and at least 4 KiB,
/// outside the folders symbols, seasonal and cartoon, up to a limit. Of the Debian package
/// tuxpaint-stamps-default that leaves 342, mostly photographs.
/// </summary>
public static class DemoPictures
{
    private const int BytesMin = 4096;
    private const string QueryDefault = "animals/birds/";
    private static readonly string[] FoldersLeftOut = ["symbols", "seasonal", "cartoon"];

    /// <exception cref="UserException">None is left.</exception>
    public static IReadOnlyList<IndexItem> Select(string folder)
    {
        IndexItem[] items =
        [
            .. FolderScanner.Pictures(folder).Where(IsTaken).Take(Limits.DemoPicturesMax),
        ];
        return items.Length > 0
            ? items
            : throw new UserException(
                ExitCode.NoInput,
                $"{folder} holds no captioned pictures for the demo: each picture needs a .txt file of the "
                + "same name with a caption.");
    }

    /// <summary>The first picture whose path contains <paramref name="like"/>.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static IndexItem Find(IReadOnlyList<IndexItem> items, string? like)
    {
        string part = like ?? QueryDefault;
        IndexItem? found = items.FirstOrDefault(
            item => item.Payload.Path.Contains(part, StringComparison.OrdinalIgnoreCase));
        return found
            ?? (like is null ? items[0] : throw new UserException(
                ExitCode.NoInput,
                $"No picture's path contains '{like}'; the first is {items[0].Payload.Path}."));
    }

    private static bool IsTaken(IndexItem item) =>
        item.Payload.Bytes >= BytesMin
        && item.Payload.Caption?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length >= 2
        && !item.Payload.Path.Split('/').Any(part => FoldersLeftOut.Contains(part));
}
