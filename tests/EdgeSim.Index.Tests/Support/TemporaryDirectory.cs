namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// A directory of its own for one test, removed with it; in memory where the system has a place for that,
/// as a test makes thousands of fsyncs.
/// </summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private const string Memory = "/dev/shm";

    public string Path { get; } = Directory.Exists(Memory)
        ? Directory.CreateDirectory($"{Memory}/edgesim-index-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("edgesim-index-").FullName;

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// A copy of a collection's files, for tests that damage them; of an open one it is what a killed process
    /// leaves.
    /// </summary>
    public string CopyOf(string directory, string name)
    {
        string target = Sub(name);
        Directory.CreateDirectory(target);
        foreach (string file in Directory.GetFiles(directory).Where(file => !file.EndsWith("LOCK")))
        {
            File.Copy(
                file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)), overwrite: true);
        }

        return target;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
