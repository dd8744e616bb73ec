namespace EdgeSim.Published.Tests;

/// <summary>A data folder of its own for one test, deleted afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgesim-published-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Copies captioned stamps by their path without ending.</summary>
    public string CopyStamps(params string[] names)
    {
        string target = File("pictures");
        foreach (string name in names)
        {
            string folder = System.IO.Path.Combine(target, System.IO.Path.GetDirectoryName(name)!);
            Directory.CreateDirectory(folder);
            foreach (string ending in new[] { ".png", ".txt" })
            {
                System.IO.File.Copy(
                    System.IO.Path.Combine(Published.Stamps, name + ending),
                    System.IO.Path.Combine(target, name + ending));
            }
        }

        return target;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
