using System.CommandLine;
using System.Globalization;

namespace EdgeSim.Commands;

/// <summary>The options that every command takes.</summary>
public sealed class GlobalOptions
{
    public Option<string> Data { get; } = new("--data")
    {
        Description = "Folder of collections and models (EDGESIM_DATA).",
        Recursive = true,
        DefaultValueFactory = _ => ProgramOptions.DefaultDataFolder(),
    };

    public Option<string?> Models { get; } = new("--models")
    {
        Description = "Folder of installed models (EDGESIM_MODELS); default: models in the data folder.",
        Recursive = true,
    };

    public Option<string> Ram { get; } = new("--ram")
    {
        Description = "RAM budget of the whole process, e.g. 64MiB, 1GiB.",
        Recursive = true,
        DefaultValueFactory = _ => (Limits.RamBytesDefault >> 20) + "MiB",
    };

    public Option<int> Threads { get; } = new("--threads")
    {
        Description = $"Threads of one encoder run, 1..{Limits.EncoderThreadsMax}.",
        Recursive = true,
        DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, 4),
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON for programs.",
        Recursive = true,
    };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(Data);
        root.Options.Add(Models);
        root.Options.Add(Ram);
        root.Options.Add(Threads);
        root.Options.Add(Json);
    }

    /// <exception cref="UserException">A value is out of bounds.</exception>
    public ProgramOptions Read(ParseResult parsed)
    {
        int threads = parsed.GetValue(Threads);
        if (threads is < 1 or > Limits.EncoderThreadsMax)
        {
            throw new UserException(
                ExitCode.Usage, $"--threads is {threads}; allowed are 1 to {Limits.EncoderThreadsMax}.");
        }

        string data = FullPath("--data", parsed.GetValue(Data)!);
        string models = FullPath(
            "--models", parsed.GetValue(Models) ?? ProgramOptions.DefaultModelsFolder(data));
        return new ProgramOptions(data, models, ParseBytes("--ram", parsed.GetValue(Ram)!), threads);
    }

    private static string FullPath(string option, string path) => path.Length > 0
        ? Path.GetFullPath(path)
        : throw new UserException(ExitCode.Usage, $"{option} is empty; expected a folder.");

    /// <summary>A size with a binary unit: 67108864, 64MiB, 64M, 1GiB.</summary>
    /// <exception cref="UserException">Not a size.</exception>
    public static long ParseBytes(string option, string text)
    {
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        string unit = digits < 0 ? "" : text[digits..].Trim();
        int shift = unit.ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KIB" or "KB" => 10,
            "M" or "MIB" or "MB" => 20,
            "G" or "GIB" or "GB" => 30,
            _ => -1,
        };
        ReadOnlySpan<char> number = digits < 0 ? text : text.AsSpan(0, digits);
        bool valid = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
        return valid && shift >= 0 && value > 0 && value <= long.MaxValue >> shift
            ? value << shift
            : throw new UserException(
                ExitCode.Usage, $"{option} is '{text}'; expected a size such as 64MiB or 1GiB.");
    }
}
