using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Images.Interop;

/// <summary>One anonymous mapping. Zeroed, and resident only where it was written.</summary>
internal sealed class PagesHandle : SafeHandle
{
    private PagesHandle(nint address, int bytes)
        : base(Pages.Failed, ownsHandle: true)
    {
        SetHandle(address);
        Bytes = bytes;
    }

    public int Bytes { get; }

    public override bool IsInvalid => handle == Pages.Failed;

    /// <exception cref="OutOfMemoryException">The kernel refuses.</exception>
    public static PagesHandle Allocate(int bytes)
    {
        const int Protection = Pages.ProtectRead | Pages.ProtectWrite;
        const int Flags = Pages.MapPrivate | Pages.MapAnonymous;
        nint address = Pages.Map(0, (nuint)bytes, Protection, Flags, -1, 0);
        return address == Pages.Failed
            ? throw new OutOfMemoryException(string.Create(
                CultureInfo.InvariantCulture,
                $"The kernel refuses {bytes} bytes for a picture (errno {Marshal.GetLastPInvokeError()})."))
            : new PagesHandle(address, bytes);
    }

    protected override bool ReleaseHandle() => Pages.Unmap(handle, (nuint)Bytes) == 0;
}
