using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Images.Interop;

/// <summary>One PNG being decoded (spng_ctx): for a single picture, the library has no way to start
/// again.</summary>
internal sealed class SpngContext : SafeHandle
{
    public SpngContext()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <exception cref="ModelException">The library is missing or out of memory.</exception>
    public static SpngContext Create()
    {
        try
        {
            SpngContext created = Spng.ContextNew(0);
            return created.IsInvalid
                ? throw new ModelException("libspng cannot start: out of memory.")
                : created;
        }
        catch (Exception e) when (
            e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw NativeImageLibraries.Missing("PNG", Spng.Library, Spng.DebianPackage, e);
        }
    }

    /// <summary>The library's words for an error number.</summary>
    public static string Explain(int error) =>
        Marshal.PtrToStringUTF8(Spng.StrError(error)) ?? $"error {error}";

    protected override bool ReleaseHandle()
    {
        Spng.ContextFree(handle);
        return true;
    }
}
