namespace EdgeSim;

/// <summary>What every command shares: where things are and how much of the machine may be used.</summary>
/// <param name="DataFolder">Holds <c>collections/</c> and, unless told otherwise, <c>models/</c>.</param>
/// <param name="ModelsFolder">Holds one folder an installed model.</param>
/// <param name="RamBytes">Budget of the whole process.</param>
/// <param name="Threads">Threads of one encoder run, 1..<see cref="Limits.EncoderThreadsMax"/>.</param>
public sealed record ProgramOptions(string DataFolder, string ModelsFolder, long RamBytes, int Threads)
{
    public string CollectionsFolder => Path.Combine(DataFolder, "collections");

    /// <summary>EDGESIM_DATA, else XDG_DATA_HOME/edgesim, else ~/.local/share/edgesim.</summary>
    public static string DefaultDataFolder()
    {
        if (Environment.GetEnvironmentVariable("EDGESIM_DATA") is { Length: > 0 } data)
        {
            return data;
        }

        string root = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return Path.Combine(root, "edgesim");
    }

    /// <summary>EDGESIM_MODELS, else <c>models</c> in the data folder.</summary>
    public static string DefaultModelsFolder(string dataFolder) =>
        Environment.GetEnvironmentVariable("EDGESIM_MODELS") is { Length: > 0 } models
            ? models
            : Path.Combine(dataFolder, "models");
}
