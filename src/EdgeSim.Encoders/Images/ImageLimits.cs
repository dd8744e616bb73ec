using System.Globalization;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// What one picture may cost. Everything is checked from the file's header before memory is taken, so that a
/// file of a few bytes that claims a giant picture is refused at once. A tight RAM budget lowers the values.
/// </summary>
public sealed record ImageLimits
{
    /// <summary>
    /// Pixels of the longer side. JPEG cannot say more than 65,535, and the resizer's 32-bit row sums are
    /// exact up to here: 255 × 2 × 65,535 is below 2^32.
    /// </summary>
    public const int SideMax = 65_535;

    /// <summary>Pixels of a side of the model's input: a 4096 × 4096 tensor is already 192 MiB.</summary>
    public const int TargetSideMax = 4096;

    public static ImageLimits Default { get; } = new();

    /// <summary>
    /// Bytes of a picture file. A 24-megapixel JPEG of best quality has about 20 MB, a 12-megapixel PNG of a
    /// photograph 30 MB.
    /// </summary>
    public int FileBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Pixels of a picture before scaling: a bound on time, not on memory. 20,000 × 20,000 takes seconds, not
    /// minutes.
    /// </summary>
    public long PixelsMax { get; init; } = 400_000_000;

    /// <summary>
    /// Bytes of memory for the pixels and coefficients of one picture. JPEG of one scan: the picture scaled
    /// down while decoding, 3 bytes a pixel. JPEG of several scans (progressive): also every coefficient, 2
    /// bytes each, which is 60 MB for 20 megapixels 4:2:0. PNG: one row; interlaced PNG: the whole picture, 4
    /// bytes a pixel.
    /// </summary>
    public int DecodeBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes of the working buffer that stay for the next picture. Frames of a camera, scaled down while
    /// decoding, need less than 1 MB; a giant picture must not occupy a board's memory after it is done.
    /// </summary>
    public int KeepBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Scans of a JPEG. Encoders write 10 to 20; each scan walks the whole picture again, so that thousands
    /// of almost empty scans would be a bomb of time.
    /// </summary>
    public int ScansMax { get; init; } = 100;

    /// <summary>
    /// Bytes of a PNG's descriptions (profile, texts) in memory, unpacked. Colour profiles reach 2 MB,
    /// editors' histories more.
    /// </summary>
    public int PngMetadataBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <exception cref="EncoderInputException">More pixels than <see cref="PixelsMax"/> or a longer side than
    /// <see cref="SideMax"/>.</exception>
    internal void CheckSize(string format, ImageSize size)
    {
        if (size.Pixels > PixelsMax || size.Width > SideMax || size.Height > SideMax)
        {
            throw new EncoderInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The {format} has {size.Width} × {size.Height} pixels; sides up to {SideMax} and "
                + $"{PixelsMax / 1_000_000} megapixels are allowed. Save a smaller picture."));
        }
    }

    /// <exception cref="EncoderInputException">Decoding takes more than
    /// <see cref="DecodeBytesMax"/>.</exception>
    internal void CheckMemory(string format, ImageSize size, long bytes)
    {
        if (bytes > DecodeBytesMax)
        {
            throw new EncoderInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The {format} has {size.Width} × {size.Height} pixels, stored so that decoding needs "
                + $"{bytes >> 20} MiB; "
                + $"{DecodeBytesMax >> 20} MiB are allowed. Save it smaller, or as a plain (baseline) "
                + $"file."));
        }
    }
}
