using System.IO.Enumeration;
using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary>
/// Finds what can be indexed below a folder, in ordinal order of the path, so that every run sees the same.
/// Names that begin with a dot are left out. Links to files are followed; links to folders are not: one that
/// leads back up would give every picture dozens of times.
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
    public static FolderScan Pictures(string folder)
    {
        string root = Root(folder);
        return new FolderScan(Scan(root, PictureEndings), path => PictureItem(root, path));
    }

    /// <summary>Text files, each one point; its caption is its first line.</summary>
    /// <exception cref="UserException">As for pictures.</exception>
    public static FolderScan Texts(string folder)
    {
        string root = Root(folder);
        return new FolderScan(Scan(root, TextEndings), path => TextItem(root, path));
    }

    /// <summary>The captions of pictures as texts, under the pictures' keys.</summary>
    public static IEnumerable<IndexItem> Captions(IEnumerable<IndexItem> pictures) => pictures
        .Where(picture => picture.Payload.Caption is { Length: > 0 })
        .Select(picture => picture with { Text = picture.Payload.Caption, CaptionRefused = null });

    /// <summary>True for a file that is encoded as text.</summary>
    internal static bool IsText(string path) => Ends(path, TextEndings);

    /// <summary>Absolute and without a slash at its end, so that a folder has one name.</summary>
    private static string Root(string folder) => Directory.Exists(folder)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
        : throw new UserException(ExitCode.NoInput, $"{folder}: no such folder.");

    private static string[] Scan(string root, string[] endings)
    {
        var files = new FileSystemEnumerable<string>(
            root,
            (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                (entry.Attributes & FileAttributes.ReparsePoint) == 0,
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        };
        var paths = new List<string>();
        foreach (string path in files)
        {
            if (!Ends(path, endings))
            {
                continue;
            }

            if (paths.Count == Limits.FilesMax)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"{root} holds more than {Limits.FilesMax} files, which is the limit of one run. "
                    + "Index its parts.");
            }

            paths.Add(path);
        }

        paths.Sort(StringComparer.Ordinal);
        return [.. paths];
    }

    private static bool Ends(string path, string[] endings) =>
        endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static IndexItem PictureItem(string root, string path)
    {
        string captionFile = Path.ChangeExtension(path, ".txt");
        string? caption = null;
        RefusedFile? refused = null;
        if (File.Exists(captionFile))
        {
            caption = TryFirstLine(captionFile, out string? problem);
            refused = problem is null
                ? null
                : new RefusedFile(Path.GetRelativePath(root, captionFile), problem);
        }

        return Item(root, path, caption) with { CaptionRefused = refused };
    }

    /// <summary>A text whose first line cannot be read is refused when the whole of it is.</summary>
    private static IndexItem TextItem(string root, string path) =>
        Item(root, path, TryFirstLine(path, out _));

    private static IndexItem Item(string root, string path, string? caption)
    {
        FileFacts facts = default;
        try
        {
            facts = FileFacts.Of(path);
        }
        catch (UserException)
        {
            // Gone since the scan, or a link that leads nowhere: refused with the reason when it is read.
        }

        var payload = new ItemPayload(
            Path.GetRelativePath(root, path), caption, root, facts.Bytes, facts.Modified);
        return new IndexItem(PointKey.OfPath(path), payload, null, null);
    }

    /// <summary>The first line, cut at <see cref="Limits.CaptionLettersMax"/>; null when empty.</summary>
    private static string? TryFirstLine(string path, out string? problem)
    {
        problem = null;
        try
        {
            using var reader = new StreamReader(InputFiles.Open(path));
            var buffer = new char[Limits.CaptionLettersMax];
            int read = reader.ReadBlock(buffer);
            ReadOnlySpan<char> text = buffer.AsSpan(0, read);
            int end = text.IndexOfAny('\r', '\n');
            ReadOnlySpan<char> line = end < 0 ? text : text[..end];
            return WithoutHalfPair(line).Trim() is { Length: > 0 } some ? some.ToString() : null;
        }
        catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <summary>
    /// Half a surrogate pair is not text: JSON stores another letter for it, and the caption would differ
    /// from the stored one in every run.
    /// </summary>
    private static ReadOnlySpan<char> WithoutHalfPair(ReadOnlySpan<char> text) =>
        !text.IsEmpty && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
}
