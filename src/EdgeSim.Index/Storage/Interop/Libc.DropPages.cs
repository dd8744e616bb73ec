using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int AdviceDontNeed = 4; // MADV_DONTNEED

    /// <summary>
    /// Gives the pages of a mapping back (madvise(2)): they are in the system's cache still, and come back
    /// when they are touched. Advice: its failure changes nothing.
    /// </summary>
    internal static void DropPages(nint address, long bytes)
        => _ = MAdvise(address, (nuint)bytes, AdviceDontNeed);

    [LibraryImport(Library, EntryPoint = "madvise")]
    private static partial int MAdvise(nint address, nuint length, int advice);
}
