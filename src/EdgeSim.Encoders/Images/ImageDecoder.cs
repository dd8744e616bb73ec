using System.Globalization;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// From the bytes of a picture file to a model's input tensor. The format is told by the content; damaged,
/// cut and oversized files are refused with a message for the user, before memory is taken for what they
/// claim to be. Holds one working buffer of at most <see cref="ImageLimits.KeepBytesMax"/> between pictures.
/// Not thread-safe.
/// </summary>
public sealed class ImageDecoder : IDisposable
{
    private readonly ImageLimits limits;
    private readonly WorkingBuffer buffer;
    private readonly JpegReader jpeg;
    private readonly PngReader png;

    /// <summary>Opens no library yet: that happens with the first picture of a format.</summary>
    public ImageDecoder(ImageLimits? limits = null)
    {
        this.limits = limits ?? ImageLimits.Default;
        buffer = new WorkingBuffer(this.limits.KeepBytesMax);
        jpeg = new JpegReader(this.limits, buffer);
        png = new PngReader(this.limits, buffer);
    }

    /// <summary>Bytes of decoded pixels held now, between pictures.</summary>
    public int BufferBytes => buffer.Bytes;

    /// <summary>The most bytes of decoded pixels that were ever held.</summary>
    public int BufferPeakBytes => buffer.PeakBytes;

    /// <summary>Decodes, orients, resizes and scales one picture into
    /// <see cref="ImageResizer.Tensor"/>.</summary>
    /// <param name="file">JPEG or PNG bytes.</param>
    /// <param name="resizer">Receives the picture.</param>
    /// <returns>Pixels of the picture after orientation, before resizing.</returns>
    /// <exception cref="EncoderInputException">Not a picture, damaged, cut, or beyond the limits.</exception>
    /// <exception cref="ModelException">The native library for the format is missing.</exception>
    public ImageSize Decode(ReadOnlySpan<byte> file, ImageResizer resizer)
    {
        if (file.Length > limits.FileBytesMax)
        {
            throw new EncoderInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The file has {file.Length} bytes; {limits.FileBytesMax} are allowed. Save a smaller "
                + $"picture."));
        }

        ImageFormat format = ImageSniffer.Sniff(file);
        try
        {
            return format == ImageFormat.Jpeg ? jpeg.Read(file, resizer) : png.Read(file, resizer);
        }
        finally
        {
            buffer.Trim();
        }
    }

    public void Dispose()
    {
        jpeg.Dispose();
        buffer.Dispose();
    }
}
