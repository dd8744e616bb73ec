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

    public static string Architecture => RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
}
