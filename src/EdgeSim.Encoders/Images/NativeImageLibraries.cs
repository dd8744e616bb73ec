using System.Runtime.InteropServices;
using EdgeSim.Encoders.Images.Interop;

namespace EdgeSim.Encoders.Images;

/// <summary>Looks for the native decoders without decoding anything. A missing one switches only its own
/// format off.</summary>
public static class NativeImageLibraries
{
    private static readonly string[] TurboJpegFunctions =
    [
        "tjInitDecompress", "tjDecompressHeader3", "tjDecompress2", "tjGetScalingFactors", "tjGetErrorStr2",
        "tjGetErrorCode", "tjDestroy",
    ];

    private static readonly string[] SpngFunctions =
    [
        "spng_ctx_new", "spng_ctx_free", "spng_set_png_buffer", "spng_set_image_limits",
        "spng_set_chunk_limits",
        "spng_get_ihdr", "spng_get_trns", "spng_get_exif", "spng_decoded_image_size", "spng_decode_image",
        "spng_decode_row", "spng_strerror", "spng_version_string",
    ];

    /// <summary>One entry a format, in the order of <see cref="ImageFormat"/>.</summary>
    public static IReadOnlyList<NativeImageLibrary> Probe() =>
    [
        // TurboJPEG has no function that tells its version; its functions tell the generation.
        Probe(ImageFormat.Jpeg, TurboJpeg.Library, TurboJpeg.DebianPackage, TurboJpegFunctions, library =>
            NativeLibrary.TryGetExport(library, "tj3Init", out _) ? "TurboJPEG 3" : "TurboJPEG 2"),
        Probe(ImageFormat.Png, Spng.Library, Spng.DebianPackage, SpngFunctions, _ =>
            "libspng " + Marshal.PtrToStringUTF8(Spng.VersionString())),
    ];

    internal static ModelException Missing(string format, string library, string package, Exception inner) =>
        new($"{format} pictures cannot be read: {HowToInstall(library, package)}", inner);

    private static NativeImageLibrary Probe(
        ImageFormat format, string library, string package, string[] functions, Func<nint, string> version)
    {
        if (!NativeLibrary.TryLoad(library, typeof(NativeImageLibraries).Assembly, null, out nint handle))
        {
            string problem = HowToInstall(library, package);
            return new NativeImageLibrary(format, library, package, false, "", problem);
        }

        try
        {
            string? lacking = Array.Find(functions, name => !NativeLibrary.TryGetExport(handle, name, out _));
            string problem = lacking is null ? "" : $"{lacking} is lacking: {HowToInstall(library, package)}";
            string found = lacking is null ? version(handle) : "";
            return new NativeImageLibrary(format, library, package, lacking is null, found, problem);
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }

    private static string HowToInstall(string library, string package) =>
        $"the native library {library} for {RuntimeInformation.ProcessArchitecture} is missing or too old. "
        + $"Install it with: apt-get install {package}";
}
