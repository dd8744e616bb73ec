namespace EdgeSim.Commands.Reports;

/// <summary>What <c>bench kernels</c> measured, one thread.</summary>
/// <param name="Processor">As the system names it.</param>
/// <param name="ReadingGBs">Plain sequential reading, gigabytes a second; median of all rounds.</param>
/// <param name="MemoryBytes">Bytes of rows of a scan from memory.</param>
/// <param name="CachedBytes">Bytes of rows of a scan within the cache.</param>
public sealed record KernelBenchReport(
    string Version,
    string Compilation,
    string Runtime,
    string Architecture,
    string System,
    string Processor,
    double ReadingGBs,
    long MemoryBytes,
    int CachedBytes,
    IReadOnlyList<KernelBenchLine> Lines);
