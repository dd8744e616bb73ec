using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeSim;

/// <summary>What this binary is.</summary>
public static class BuildInfo
{
    public static string Version { get; } =
        typeof(BuildInfo).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "unknown";

    /// <summary>native when compiled ahead of time.</summary>
    public static string Compilation => RuntimeFeature.IsDynamicCodeCompiled ? "jit" : "native";

    public static string Runtime => RuntimeInformation.FrameworkDescription;

    /// <summary>The processor as the system names it; ARM64 systems give the model of the board.</summary>
    public static string Processor
    {
        get
        {
            const string Board = "/proc/device-tree/model";
            if (File.Exists(Board))
            {
                return File.ReadAllText(Board).TrimEnd('\0', '\n');
            }

            string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
                l => l.StartsWith("model name", StringComparison.Ordinal));
            return line is null ? "unknown" : line[(
                line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
    }

    public static string Architecture => RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
}
