namespace EdgeSim.Commands.Reports;

/// <summary>One operation of one class of kernels at one dimension.</summary>
/// <param name="Kernel">Name of the class.</param>
/// <param name="Operation">What a row is: int8, int8 x 4 queries, hamming, rabitq, pq4.</param>
/// <param name="Dimension">Components, bits, or eight times the sub-spaces.</param>
/// <param name="RowBytes">Bytes of a row.</param>
/// <param name="CachedNs">Nanoseconds a row with all rows in the second cache level; median.</param>
/// <param name="MemoryGBs">Gigabytes of rows a second from memory; best of the rounds.</param>
/// <param name="OfReading">That, divided by the plain sequential reading of the same run.</param>
public sealed record KernelBenchLine(
    string Kernel,
    string Operation,
    int Dimension,
    int RowBytes,
    double CachedNs,
    double MemoryGBs,
    double OfReading);
