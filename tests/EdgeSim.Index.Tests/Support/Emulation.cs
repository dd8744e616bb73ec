namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// Emulated ARM64 is ten to fifty times slower. With EDGESIM_EMULATED=1 the grids get smaller, but every
/// class of tail (dimension modulo 16, rows modulo 4) stays covered.
/// </summary>
internal static class Emulation
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("EDGESIM_EMULATED") == "1";

    /// <summary>The first where the machine is real, the second where it is emulated.</summary>
    public static T Choose<T>(T real, T emulated) => IsOn ? emulated : real;
}
