using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Images.Interop;

/// <summary>mmap(2) and munmap(2), for memory that goes back to the kernel the moment it is
/// released.</summary>
internal static partial class Pages
{
    // The same values on x86-64 and AArch64 Linux (asm-generic/mman-common.h).
    public const int ProtectRead = 1;
    public const int ProtectWrite = 2;
    public const int MapPrivate = 0x02;
    public const int MapAnonymous = 0x20;
    public const nint Failed = -1;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(
        nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint bytes);
}
