using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Encoders.Models.Interop;

/// <summary>
/// The C library's call that brings a file's bytes to the disk; .NET has one that reports no failure.
/// </summary>
internal static partial class FileSync
{
    /// <summary>EINTR, on every architecture of Linux: call again.</summary>
    public const int Interrupted = 4;

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);
}
