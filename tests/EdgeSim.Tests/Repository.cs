namespace EdgeSim.Tests;

/// <summary>The checkout that these tests belong to.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Files under version control that people write, by path below the root.</summary>
    public static IEnumerable<string> Files(params string[] endings)
    {
        string[] skipped = ["artifacts", ".git", "bin", "obj"];
        return Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split('/').Any(part => skipped.Contains(part)))
            .Where(path => endings.Length == 0 || endings.Contains(Path.GetExtension(path)))
            .Order(StringComparer.Ordinal);
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "EdgeSim.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests must run from inside the checkout.");
    }
}
