using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Onnx.Interop;

/// <summary>
/// The process environment as native libraries see it: .NET's own setter changes only its copy on Unix.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable for the C library's getenv.</summary>
    /// <exception cref="ModelException">The system refuses; errno is in the message.</exception>
    public static void Set(string name, string value)
    {
        if (SetVariable(name, value, overwrite: 1) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new ModelException(
                $"setenv {name} failed: {new Win32Exception(errno).Message} (errno {errno}). "
                + $"Set {name}={value} before the start.");
        }
    }

    [LibraryImport(
        "libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
