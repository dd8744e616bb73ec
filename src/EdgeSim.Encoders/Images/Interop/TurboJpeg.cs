using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Images.Interop;

/// <summary>
/// libturbojpeg, the TurboJPEG 2.x interface, which 3.x keeps (https://libjpeg-turbo.org, turbojpeg.h).
/// Functions that return int give 0, or -1 with the reason in <see cref="GetErrorStr2"/> and its weight in
/// <see cref="GetErrorCode"/>.
/// </summary>
internal static unsafe partial class TurboJpeg
{
    public const string Library = "libturbojpeg.so.0";
    public const string DebianPackage = "libturbojpeg0";

    /// <summary>Pixel formats (enum TJPF).</summary>
    public const int PixelRgb = 0;
    public const int PixelCmyk = 11;

    /// <summary>Colour spaces (enum TJCS).</summary>
    public const int ColourCmyk = 3;
    public const int ColourYcck = 4;

    /// <summary>Stop at the first sign of damage instead of filling the rest with grey.</summary>
    public const int FlagStopOnWarning = 8192;

    /// <summary>Refuse a file of more than 500 scans.</summary>
    public const int FlagLimitScans = 32768;

    /// <summary>Error code: the library could go on, but pixels may be wrong.</summary>
    public const int ErrorWarning = 0;

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial TurboJpegHandle InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    /// <param name="handle">From <see cref="InitDecompress"/>.</param>
    /// <param name="file">JPEG bytes.</param>
    /// <param name="fileBytes">Their count (unsigned long: 8 bytes on 64-bit Linux).</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="subsampling">enum TJSAMP.</param>
    /// <param name="colourSpace">enum TJCS.</param>
    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static partial int DecompressHeader3(
        TurboJpegHandle handle, byte* file, nuint fileBytes,
        out int width, out int height, out int subsampling, out int colourSpace);

    /// <param name="handle">From <see cref="InitDecompress"/>.</param>
    /// <param name="file">JPEG bytes.</param>
    /// <param name="fileBytes">Their count.</param>
    /// <param name="pixels">Receives <paramref name="height"/> rows of <paramref name="pitch"/>
    /// bytes.</param>
    /// <param name="width">The library takes the largest scaling factor whose result is not wider than
    /// this...</param>
    /// <param name="pitch">Bytes a row.</param>
    /// <param name="height">...and not higher than this, so that it never writes beyond the buffer.</param>
    /// <param name="pixelFormat">enum TJPF.</param>
    /// <param name="flags">TJFLAG bits.</param>
    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static partial int Decompress2(
        TurboJpegHandle handle, byte* file, nuint fileBytes,
        byte* pixels, int width, int pitch, int height, int pixelFormat, int flags);

    /// <summary>A static array of the library; <paramref name="count"/> pairs of numerator and
    /// denominator.</summary>
    [LibraryImport(Library, EntryPoint = "tjGetScalingFactors")]
    public static partial ScalingFactor* GetScalingFactors(out int count);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    public static partial nint GetErrorStr2(TurboJpegHandle handle);

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    public static partial int GetErrorCode(TurboJpegHandle handle);

    /// <summary>tjscalingfactor: two C ints.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct ScalingFactor(int Numerator, int Denominator);
}
