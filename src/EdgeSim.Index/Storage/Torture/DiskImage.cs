using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// What is on a disk while nobody writes: directories and files, by path relative to the recorded directory.
/// An image made by <see cref="DiskModel"/> shares its bytes, so it is valid until the model goes on.
/// </summary>
internal sealed class DiskImage
{
    /// <summary>In ordinal order: a file's place in it is its number at the start of a trace.</summary>
    internal SortedDictionary<string, FileBytes> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>In ordinal order, so parents come first. The recorded directory itself is "".</summary>
    internal SortedSet<string> Directories { get; } = new(StringComparer.Ordinal);

    /// <summary>The parent of a relative path.</summary>
    internal static string ParentOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }

    /// <summary>
    /// Makes a real directory hold exactly this. New files, so whoever maps old ones keeps them.
    /// </summary>
    internal void WriteTo(string root)
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        Directory.CreateDirectory(root);
        foreach (string directory in Directories)
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        foreach ((string path, FileBytes content) in Files)
        {
            using SafeFileHandle file = File.OpenHandle(
                Path.Combine(root, path), FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(file, content.Span, 0);
        }
    }
}
