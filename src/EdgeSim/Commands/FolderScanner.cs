using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary>
/// Finds what can be indexed below a folder, in ordinal order of the path, so that every run sees the same.
/// </summary>
public static class FolderScanner
{
    private static readonly string[] PictureEndings = [".jpg", ".jpeg", ".png"];
    private static readonly string[] TextEndings = [".txt", ".md"];

    /// <summary>
    /// Pictures; the first line of a <c>.txt</c> file of the same name becomes the caption.
    /// </summary>
    /// <exception cref="UserException">
    /// The folder does not exist or holds more than <see cref="Limits.FilesMax"/> files.
    /// </exception>
    public static IReadOnlyList<IndexItem> Pictures(string folder) => Scan(folder, PictureEndings, file =>
    {
        string captionFile = Path.ChangeExtension(file.FullName, ".txt");
        string? caption = File.Exists(captionFile) ? FirstLine(captionFile) : null;
        return Item(folder, file, caption, file.FullName, null);
    });

    /// <summary>Text files, each one point; its caption is its first line.</summary>
    public static IReadOnlyList<IndexItem> Texts(string folder) => Scan(folder, TextEndings, file =>
        Item(folder, file, FirstLine(file.FullName), file.FullName, null));

    /// <summary>The captions of pictures as texts, under the pictures' keys.</summary>
    public static IReadOnlyList<IndexItem> Captions(IReadOnlyList<IndexItem> pictures) =>
        [.. pictures.Where(picture => picture.Payload.Caption is { Length: > 0 })
            .Select(picture => picture with { File = null, Text = picture.Payload.Caption })];

    private static IndexItem[] Scan(string folder, string[] endings, Func<FileInfo, IndexItem> toItem)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserException(ExitCode.NoInput, $"{folder}: no such folder.");
        }

        var files = new List<FileInfo>();
        var everything = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (string path in Directory.EnumerateFiles(folder, "*", everything))
        {
            if (!endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            if (files.Count == Limits.FilesMax)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"{folder} holds more than {Limits.FilesMax} files, which is the limit of one run. "
                    + "Index its parts.");
            }

            files.Add(new FileInfo(path));
        }

        files.Sort((a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        return [.. files.Select(toItem)];
    }

    private static IndexItem Item(string folder, FileInfo file, string? caption, string? path, string? text)
    {
        string relative = Path.GetRelativePath(folder, file.FullName).Replace(
            Path.DirectorySeparatorChar, '/');
        long modified = new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds();
        var payload = new ItemPayload(relative, caption, Path.GetFullPath(folder), file.Length, modified);
        return new IndexItem(PointKey.OfPath(relative), payload, path, text);
    }

    private static string? FirstLine(string path)
    {
        const int LengthMax = 400;
        using var reader = new StreamReader(path);
        var buffer = new char[LengthMax];
        int read = reader.ReadBlock(buffer, 0, LengthMax);
        ReadOnlySpan<char> text = buffer.AsSpan(0, read);
        int end = text.IndexOfAny('\r', '\n');
        string line = (end < 0 ? text : text[..end]).Trim().ToString();
        return line.Length == 0 ? null : line;
    }
}
