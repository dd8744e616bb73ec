using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Images.Interop;

/// <summary>One decompressor (tjhandle). Reused from picture to picture; not thread-safe.</summary>
internal sealed class TurboJpegHandle : SafeHandle
{
    public TurboJpegHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The library's last message about this decompressor.</summary>
    public string LastError => Marshal.PtrToStringUTF8(TurboJpeg.GetErrorStr2(this)) ?? "no reason given";

    /// <exception cref="ModelException">The library is missing, too old or out of memory.</exception>
    public static TurboJpegHandle Create()
    {
        try
        {
            TurboJpegHandle created = TurboJpeg.InitDecompress();
            return created.IsInvalid
                ? throw new ModelException("libturbojpeg cannot start a decompressor: out of memory.")
                : created;
        }
        catch (Exception e) when (
            e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw NativeImageLibraries.Missing("JPEG", TurboJpeg.Library, TurboJpeg.DebianPackage, e);
        }
    }

    protected override bool ReleaseHandle() => TurboJpeg.Destroy(handle) == 0;
}
