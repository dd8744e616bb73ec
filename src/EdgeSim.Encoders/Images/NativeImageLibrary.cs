namespace EdgeSim.Encoders.Images;

/// <summary>The state of one native library, for <c>edgesim doctor</c>.</summary>
/// <param name="Format">The picture format that needs it.</param>
/// <param name="Library">File name as the loader looks for it.</param>
/// <param name="DebianPackage">The package that holds it on Debian, Raspberry Pi OS and JetPack.</param>
/// <param name="Available">It loads and has the functions that are called.</param>
/// <param name="Version">What it says about itself; empty when it is not available.</param>
/// <param name="Problem">Why it cannot be used and what to do; empty when it is available.</param>
public sealed record NativeImageLibrary(
    ImageFormat Format, string Library, string DebianPackage, bool Available, string Version, string Problem);
