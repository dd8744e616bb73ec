using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Images.Interop;

/// <summary>
/// libspng 0.7 (https://libspng.org/docs/api). Functions that return int give 0 or a number
/// that <see cref="StrError"/> explains.
/// </summary>
internal static unsafe partial class Spng
{
    public const string Library = "libspng.so.0";
    public const string DebianPackage = "libspng0";

    /// <summary>Output formats (enum spng_format).</summary>
    public const int FormatRgba8 = 1;
    public const int FormatRgb8 = 4;

    /// <summary>Apply the tRNS chunk.</summary>
    public const int DecodeTransparency = 1;

    /// <summary>Hand out one row a call.</summary>
    public const int DecodeProgressive = 256;

    public const int Ok = 0;

    /// <summary>SPNG_EUSER_WIDTH: more than <see cref="SetImageLimits"/> allows.</summary>
    public const int WidthBeyondLimit = 7;

    /// <summary>SPNG_EUSER_HEIGHT: the same.</summary>
    public const int HeightBeyondLimit = 8;

    /// <summary>SPNG_EOI: that was the last row.</summary>
    public const int EndOfImage = 75;

    /// <summary>SPNG_ECHUNKAVAIL: the optional chunk is not in the file.</summary>
    public const int ChunkAbsent = 73;

    [LibraryImport(Library, EntryPoint = "spng_ctx_new")]
    public static partial SpngContext ContextNew(int flags);

    [LibraryImport(Library, EntryPoint = "spng_ctx_free")]
    public static partial void ContextFree(nint context);

    /// <summary>The bytes must stay in place until the context is freed.</summary>
    [LibraryImport(Library, EntryPoint = "spng_set_png_buffer")]
    public static partial int SetPngBuffer(SpngContext context, byte* file, nuint fileBytes);

    [LibraryImport(Library, EntryPoint = "spng_set_image_limits")]
    public static partial int SetImageLimits(SpngContext context, uint width, uint height);

    [LibraryImport(Library, EntryPoint = "spng_set_chunk_limits")]
    public static partial int SetChunkLimits(SpngContext context, nuint chunkBytes, nuint cacheBytes);

    [LibraryImport(Library, EntryPoint = "spng_get_ihdr")]
    public static partial int GetHeader(SpngContext context, out Header header);

    /// <summary>Only its presence is asked for; the library applies it.</summary>
    [LibraryImport(Library, EntryPoint = "spng_get_trns")]
    public static partial int GetTransparency(SpngContext context, Transparency* transparency);

    /// <summary>The data stay the context's.</summary>
    [LibraryImport(Library, EntryPoint = "spng_get_exif")]
    public static partial int GetExif(SpngContext context, out Exif exif);

    [LibraryImport(Library, EntryPoint = "spng_decoded_image_size")]
    public static partial int DecodedImageSize(SpngContext context, int format, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "spng_decode_image")]
    public static partial int DecodeImage(
        SpngContext context, byte* pixels, nuint bytes, int format, int flags);

    [LibraryImport(Library, EntryPoint = "spng_decode_row")]
    public static partial int DecodeRow(SpngContext context, byte* row, nuint bytes);

    [LibraryImport(Library, EntryPoint = "spng_strerror")]
    public static partial nint StrError(int error);

    [LibraryImport(Library, EntryPoint = "spng_version_string")]
    public static partial nint VersionString();

    /// <summary>struct spng_ihdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Header
    {
        public readonly uint Width;
        public readonly uint Height;
        public readonly byte BitDepth;
        public readonly byte ColourType;
        public readonly byte Compression;
        public readonly byte Filter;
        public readonly byte Interlace;
    }

    /// <summary>struct spng_exif.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct Exif
    {
        public readonly nuint Length;
        public readonly byte* Data;
    }

    /// <summary>struct spng_trns: four 16-bit samples, a count and one alpha for each of 256 palette
    /// entries.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Transparency
    {
        public fixed ushort Samples[4];
        public uint PaletteEntries;
        public fixed byte PaletteAlpha[256];
    }
}
