namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// With EDGESIM_LONG=1 the seeded tests go on for minutes; meant for a night, not for every build.
/// </summary>
internal static class LongRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("EDGESIM_LONG") == "1";

    /// <summary>
    /// The first mostly, the second in a long run, the third where the machine is emulated.
    /// </summary>
    public static T Choose<T>(T real, T longer, T emulated)
        => Emulation.IsOn ? emulated : IsOn ? longer : real;
}
