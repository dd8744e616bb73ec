namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int AdviceRandom = 1; // MADV_RANDOM
    private const int AdviceWillNeed = 3; // MADV_WILLNEED

    /// <summary>A device reads no more than this for one advice, on most kernels.</summary>
    private const long AdviceBytes = 128 << 10;

    /// <summary>
    /// Asks for pages of a mapping that will be touched soon (madvise(2)): the reads go on while the caller
    /// does something else, several at once. Advice: its failure changes nothing.
    /// </summary>
    /// <param name="address">Start of a page.</param>
    /// <param name="bytes">How many.</param>
    internal static void Expect(nint address, long bytes)
    {
        for (long at = 0; at < bytes; at += AdviceBytes)
        {
            _ = MAdvise(address + (nint)at, (nuint)Math.Min(AdviceBytes, bytes - at), AdviceWillNeed);
        }
    }

    /// <summary>
    /// Says that a mapping is read here and there: a touched page brings no others along (madvise(2)).
    /// </summary>
    internal static void ReadHereAndThere(nint address, long bytes)
        => _ = MAdvise(address, (nuint)bytes, AdviceRandom);
}
