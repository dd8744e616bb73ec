namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// A directory in memory where there is one, else among the temporary files; removed with this.
/// </summary>
internal sealed class TortureDirectory : IDisposable
{
    private const string SharedMemory = "/dev/shm";

    internal TortureDirectory()
    {
        string name = $"edgesim-torture-{Guid.NewGuid():N}";
        try
        {
            Path = Directory.Exists(SharedMemory)
                ? Directory.CreateDirectory(System.IO.Path.Combine(SharedMemory, name)).FullName
                : Directory.CreateTempSubdirectory("edgesim-torture-").FullName;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Path = Directory.CreateTempSubdirectory("edgesim-torture-").FullName;
        }
    }

    internal string Path { get; }

    internal string Sub(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
