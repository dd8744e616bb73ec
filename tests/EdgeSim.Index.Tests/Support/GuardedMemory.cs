using System.Runtime.InteropServices;

namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// Memory whose last byte is followed by a page that may not be touched: one byte too far ends the test run.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private readonly byte* _address;
    private readonly nuint _total;

    public GuardedMemory(int bytes)
    {
        int page = Environment.SystemPageSize;
        nuint used = (nuint)((bytes + page - 1) / page * page);
        _total = used + (nuint)page;
        _address = (byte*)MMap(0, _total, 3, 0x22, -1, 0);
        Assert.NotEqual(-1, (nint)_address);
        Assert.Equal(0, MProtect((nint)_address + (nint)used, (nuint)page, 0));
        End = _address + used;
    }

    /// <summary>The first byte that may not be touched.</summary>
    public byte* End { get; }

    /// <summary>The last bytes before the guard page.</summary>
    public Span<T> Last<T>(int count)
        where T : unmanaged
        => new(End - ((nint)count * sizeof(T)), count);

    public void Dispose() => Assert.Equal(0, MUnmap((nint)_address, _total));

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MMap(
        nint hint, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int MProtect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(nint address, nuint length);
}
