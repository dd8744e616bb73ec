using System.Globalization;
using EdgeSim.Encoders.Images.Interop;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// Decodes JPEG with libturbojpeg, scaled down while decoding: the inverse transform then makes 4 × 4, 2 × 2
/// or 1 pixel of every 8 × 8 block, which is faster and needs a fraction of the memory. Grey, YCbCr, RGB,
/// CMYK and YCCK; baseline, progressive and arithmetic coding as the library was built. Not thread-safe.
/// </summary>
internal sealed unsafe class JpegReader(ImageLimits limits, WorkingBuffer buffer) : IDisposable
{
    /// <summary>
    /// Smaller pictures are never scaled while decoding: there is nothing to save, and below 8 pixels two
    /// scaling factors can give the same size, so that the library's choice would be ambiguous.
    /// </summary>
    private const int ScaledSideMin = 16;

    private TurboJpegHandle? decompressor;
    private byte[] printRow = [];
    private int[] pixelSizes = [];

    /// <summary>Decodes one picture into the resizer.</summary>
    /// <returns>Pixels of the whole picture after orientation.</returns>
    /// <exception cref="EncoderInputException">Damaged, cut, or beyond the limits.</exception>
    /// <exception cref="ModelException">The library is missing.</exception>
    public ImageSize Read(ReadOnlySpan<byte> file, ImageResizer resizer)
    {
        JpegHeader header = JpegHeader.Parse(file);
        var stored = new ImageSize(header.Width, header.Height);
        limits.CheckSize("JPEG", stored);
        if (header.Scans > limits.ScansMax)
        {
            throw new EncoderInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The JPEG has {header.Scans} scans; {limits.ScansMax} are allowed. Save it as a plain "
                + $"(baseline) JPEG."));
        }

        try
        {
            Open();
            fixed (byte* bytes = file)
            {
                bool print = CheckHeader(bytes, file.Length, header);
                ResizePlan plan = resizer.Plan(header.Width, header.Height, header.Orientation);
                int pixelSize = ChoosePixelSize(plan, stored);
                DecodeScaled(bytes, file.Length, header, plan, pixelSize, print, resizer);
            }
        }
        catch (EncoderInputException)
        {
            // After an error the library's memory is not kept, whatever state it is in.
            Dispose();
            throw;
        }

        return stored.Upright(header.Orientation);
    }

    public void Dispose()
    {
        decompressor?.Dispose();
        decompressor = null;
    }

    private void Open()
    {
        decompressor ??= TurboJpegHandle.Create();
        if (pixelSizes.Length > 0)
        {
            return;
        }

        // Of the factors n/8 only 1/1, 1/2, 1/4 and 1/8 are vectorised in the library; the others cost more
        // than the pixels they save.
        TurboJpeg.ScalingFactor* factors = TurboJpeg.GetScalingFactors(out int count);
        List<int> sizes = [];
        for (int i = 0; i < count; i++)
        {
            if (factors[i].Numerator == 1)
            {
                sizes.Add(factors[i].Denominator);
            }
        }

        sizes.Sort();
        pixelSizes = [.. sizes];
    }

    /// <summary>True for pictures in four inks.</summary>
    private bool CheckHeader(byte* bytes, int length, JpegHeader header)
    {
        int result = TurboJpeg.DecompressHeader3(
            decompressor!, bytes, (nuint)length, out int width, out int height, out _, out int colourSpace);
        if (result != 0)
        {
            throw Refused();
        }

        if (width != header.Width || height != header.Height)
        {
            throw new EncoderInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The JPEG contradicts itself: {header.Width} × {header.Height} and {width} × {height} "
                + $"pixels. Save it again."));
        }

        return colourSpace is TurboJpeg.ColourCmyk or TurboJpeg.ColourYcck;
    }

    /// <summary>The largest pixels that are not larger than those of the target, so that what follows only
    /// averages.</summary>
    private int ChoosePixelSize(ResizePlan plan, ImageSize stored)
    {
        int best = 1;
        foreach (int size in pixelSizes)
        {
            bool scalable = Math.Min(stored.Width, stored.Height) >= ScaledSideMin;
            if (scalable && plan.Across.AllowsPixelsOf(size) && plan.Down.AllowsPixelsOf(size))
            {
                best = size;
            }
        }

        return best;
    }

    private void DecodeScaled(
        byte* bytes,
        int length,
        JpegHeader header,
        ResizePlan plan,
        int pixelSize,
        bool print,
        ImageResizer resizer)
    {
        int format = print ? TurboJpeg.PixelCmyk : TurboJpeg.PixelRgb;
        int width = ((header.Width - 1) / pixelSize) + 1;
        int height = ((header.Height - 1) / pixelSize) + 1;
        int pitch = width * (print ? 4 : 3);
        long pixelBytes = (long)pitch * height;
        var stored = new ImageSize(header.Width, header.Height);
        limits.CheckMemory("JPEG", stored, pixelBytes + header.CoefficientBytes);

        byte* pixels = buffer.Take((int)pixelBytes);
        Decompress(bytes, length, pixels, width, pitch, height, format);
        resizer.Begin(plan, width, height, pixelSize);
        for (int y = 0; y < height; y++)
        {
            var row = new ReadOnlySpan<byte>(pixels + ((long)y * pitch), pitch);
            resizer.AddRow(print ? FromInks(row, header.AdobeMarker) : row);
        }

        resizer.End();
    }

    private void Decompress(
        byte* bytes, int length, byte* pixels, int width, int pitch, int height, int format)
    {
        const int Lenient = TurboJpeg.FlagLimitScans;
        const int Strict = TurboJpeg.FlagStopOnWarning | TurboJpeg.FlagLimitScans;
        int result = TurboJpeg.Decompress2(
            decompressor!, bytes, (nuint)length, pixels, width, pitch, height, format, Strict);
        if (result != 0 && OnlyBytesBeforeTheEnd())
        {
            // Some cameras leave stray bytes between the last block and the end marker. Nothing was wrong
            // before them, or decoding would have stopped earlier, and nothing comes after: the picture is
            // whole.
            result = TurboJpeg.Decompress2(
                decompressor!, bytes, (nuint)length, pixels, width, pitch, height, format, Lenient);
            if (result != 0 && OnlyBytesBeforeTheEnd())
            {
                return;
            }
        }

        if (result != 0)
        {
            throw Refused();
        }
    }

    private bool OnlyBytesBeforeTheEnd() =>
        TurboJpeg.GetErrorCode(decompressor!) == TurboJpeg.ErrorWarning
        && decompressor!.LastError.EndsWith("extraneous bytes before marker 0xd9", StringComparison.Ordinal);

    /// <summary>A part of a picture must not pass for the whole: damage is a refusal, even where the library
    /// would go on.</summary>
    private EncoderInputException Refused() =>
        new($"The JPEG is damaged or cut ({decompressor!.LastError}). Copy or save the picture again.");

    /// <summary>
    /// Ink on paper as light: light = (1 - ink) × (1 - black). With Adobe's marker the values are stored
    /// inverted (0 is full ink), without it as they are. A colour profile is not applied.
    /// </summary>
    private ReadOnlySpan<byte> FromInks(ReadOnlySpan<byte> inks, bool inverted)
    {
        int length = inks.Length / 4 * 3;
        if (printRow.Length < length)
        {
            printRow = new byte[length];
        }

        int flip = inverted ? 0 : 255;
        for (int from = 0, to = 0; to < length; from += 4, to += 3)
        {
            int black = inks[from + 3] ^ flip;
            printRow[to] = (byte)((((inks[from] ^ flip) * black) + 127) / 255);
            printRow[to + 1] = (byte)((((inks[from + 1] ^ flip) * black) + 127) / 255);
            printRow[to + 2] = (byte)((((inks[from + 2] ^ flip) * black) + 127) / 255);
        }

        return printRow.AsSpan(0, length);
    }
}
