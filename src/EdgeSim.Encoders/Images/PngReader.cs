using System.Globalization;
using EdgeSim.Encoders.Images.Interop;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// Decodes PNG with libspng, row by row: of a picture without interlacing only a row is ever in memory. All
/// bit depths and colour types to 8 bits a channel; transparency is laid over the model's background before
/// anything is averaged, else the invisible colour of transparent pixels would bleed into their neighbours.
/// Gamma and colour profiles are not applied, as in the pictures that models were trained on. Not
/// thread-safe.
/// </summary>
internal sealed unsafe class PngReader(ImageLimits limits, WorkingBuffer buffer)
{
    private const int ColourTypeWithAlpha = 4;
    private byte[] opaqueRow = [];

    /// <summary>Decodes one picture into the resizer.</summary>
    /// <returns>Pixels of the whole picture after orientation.</returns>
    /// <exception cref="EncoderInputException">Damaged, cut, or beyond the limits.</exception>
    /// <exception cref="ModelException">The library is missing.</exception>
    public ImageSize Read(ReadOnlySpan<byte> file, ImageResizer resizer)
    {
        using SpngContext context = SpngContext.Create();
        fixed (byte* bytes = file)
        {
            Check(Spng.SetImageLimits(context, ImageLimits.SideMax, ImageLimits.SideMax));
            var metadataBytes = (nuint)limits.PngMetadataBytesMax;
            Check(Spng.SetChunkLimits(context, metadataBytes, metadataBytes));
            Check(Spng.SetPngBuffer(context, bytes, (nuint)file.Length));
            Spng.Header header = ReadHeader(context);
            var stored = new ImageSize((int)header.Width, (int)header.Height);
            limits.CheckSize("PNG", stored);
            int orientation = OrientationOf(context);
            bool alpha = HasAlpha(context, header);
            ResizePlan plan = resizer.Plan(stored.Width, stored.Height, orientation);
            resizer.Begin(plan, stored.Width, stored.Height, pixelSize: 1);
            if (header.Interlace == 0)
            {
                DecodeRows(context, stored, alpha, resizer);
            }
            else
            {
                DecodeWhole(context, stored, alpha, resizer);
            }

            resizer.End();
            return stored.Upright(orientation);
        }
    }

    private static void Check(int result)
    {
        if (result != Spng.Ok)
        {
            throw new EncoderInputException(
                $"The PNG is damaged or cut ({SpngContext.Explain(result)}). Copy or save the picture "
                + $"again.");
        }
    }

    private static Spng.Header ReadHeader(SpngContext context)
    {
        int result = Spng.GetHeader(context, out Spng.Header header);
        if (result is Spng.WidthBeyondLimit or Spng.HeightBeyondLimit)
        {
            throw new EncoderInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The PNG has a side of more than {ImageLimits.SideMax} pixels, which is not allowed. Save a "
                + $"smaller picture."));
        }

        Check(result);
        return header;
    }

    private static int OrientationOf(SpngContext context)
    {
        int result = Spng.GetExif(context, out Spng.Exif exif);
        if (result == Spng.ChunkAbsent)
        {
            return ExifOrientation.Upright;
        }

        Check(result);
        return ExifOrientation.Read(new ReadOnlySpan<byte>(exif.Data, checked((int)exif.Length)));
    }

    private static bool HasAlpha(SpngContext context, Spng.Header header)
    {
        if ((header.ColourType & ColourTypeWithAlpha) != 0)
        {
            return true;
        }

        Spng.Transparency transparency;
        int result = Spng.GetTransparency(context, &transparency);
        if (result == Spng.ChunkAbsent)
        {
            return false;
        }

        Check(result);
        return true;
    }

    private void DecodeRows(SpngContext context, ImageSize size, bool alpha, ImageResizer resizer)
    {
        int format = alpha ? Spng.FormatRgba8 : Spng.FormatRgb8;
        int flags = Spng.DecodeProgressive | Spng.DecodeTransparency;
        int rowBytes = RowBytes(context, format, size, alpha);
        limits.CheckMemory("PNG", size, rowBytes);
        byte* row = buffer.Take(rowBytes);
        Check(Spng.DecodeImage(context, null, 0, format, flags));
        for (int y = 0; y < size.Height; y++)
        {
            int result = Spng.DecodeRow(context, row, (nuint)rowBytes);
            bool last = y == size.Height - 1;
            if (!(last && result == Spng.EndOfImage))
            {
                Check(result);
            }

            AddRow(new ReadOnlySpan<byte>(row, rowBytes), alpha, resizer);
        }
    }

    private void DecodeWhole(SpngContext context, ImageSize size, bool alpha, ImageResizer resizer)
    {
        int format = alpha ? Spng.FormatRgba8 : Spng.FormatRgb8;
        int rowBytes = RowBytes(context, format, size, alpha);
        long bytes = (long)rowBytes * size.Height;
        if (bytes > limits.DecodeBytesMax)
        {
            throw new EncoderInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The PNG has {size.Width} × {size.Height} pixels and is interlaced, which needs "
                + $"{bytes >> 20} MiB to decode; "
                + $"{limits.DecodeBytesMax >> 20} MiB are allowed. Save it without interlacing: then any "
                + $"size up to "
                + $"{limits.PixelsMax / 1_000_000} megapixels works."));
        }

        byte* pixels = buffer.Take((int)bytes);
        Check(Spng.DecodeImage(context, pixels, (nuint)bytes, format, Spng.DecodeTransparency));
        for (int y = 0; y < size.Height; y++)
        {
            AddRow(new ReadOnlySpan<byte>(pixels + ((long)y * rowBytes), rowBytes), alpha, resizer);
        }
    }

    private static int RowBytes(SpngContext context, int format, ImageSize size, bool alpha)
    {
        Check(Spng.DecodedImageSize(context, format, out nuint imageBytes));
        int rowBytes = size.Width * (alpha ? 4 : 3);
        return imageBytes == (nuint)rowBytes * (nuint)size.Height
            ? rowBytes
            : throw new ModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"libspng wants {imageBytes} bytes for {size.Width} × {size.Height} pixels: not the library "
                + $"that was "
                + $"expected. Install {Spng.DebianPackage} of the distribution."));
    }

    private void AddRow(ReadOnlySpan<byte> row, bool alpha, ImageResizer resizer) =>
        resizer.AddRow(alpha ? OverBackground(row, resizer.Background) : row);

    private ReadOnlySpan<byte> OverBackground(ReadOnlySpan<byte> row, int background)
    {
        int length = row.Length / 4 * 3;
        if (opaqueRow.Length < length)
        {
            opaqueRow = new byte[length];
        }

        Span<byte> opaque = opaqueRow.AsSpan(0, length);
        for (int from = 0, to = 0; to < length; from += 4, to += 3)
        {
            int alpha = row[from + 3];
            int behind = ((255 - alpha) * background) + 127;
            opaque[to] = (byte)(((alpha * row[from]) + behind) / 255);
            opaque[to + 1] = (byte)(((alpha * row[from + 1]) + behind) / 255);
            opaque[to + 2] = (byte)(((alpha * row[from + 2]) + behind) / 255);
        }

        return opaque;
    }
}
