using System.Globalization;
using System.Text;

namespace EdgeSim.Encoders.Images;

/// <summary>Tells a file's format by its first bytes; names and extensions are not trusted.</summary>
public static class ImageSniffer
{
    /// <summary>Bytes at the start of a file that are looked at.</summary>
    public const int HeadBytes = 64;

    private static readonly (byte[] Magic, int Offset, string Name)[] Others =
    [
        ("%PDF"u8.ToArray(), 0, "a PDF document"),
        ("GIF8"u8.ToArray(), 0, "a GIF picture"),
        ("WEBP"u8.ToArray(), 8, "a WebP picture"),
        ("ftypavif"u8.ToArray(), 4, "an AVIF picture"),
        ("ftypavis"u8.ToArray(), 4, "an AVIF sequence"),
        ("ftypheic"u8.ToArray(), 4, "a HEIC picture"),
        ("ftypheix"u8.ToArray(), 4, "a HEIC picture"),
        ("ftypmif1"u8.ToArray(), 4, "a HEIF picture"),
        ("ftypmsf1"u8.ToArray(), 4, "a HEIF sequence"),
        ("ftyp"u8.ToArray(), 4, "an MP4 or QuickTime film"),
        ("BM"u8.ToArray(), 0, "a BMP picture"),
        ("II*\0"u8.ToArray(), 0, "a TIFF picture or a camera's raw file"),
        ("MM\0*"u8.ToArray(), 0, "a TIFF picture or a camera's raw file"),
        ([0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' '], 0, "a JPEG XL picture"),
        ([0xFF, 0x0A], 0, "a JPEG XL picture"),
        ([0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '], 0, "a JPEG 2000 picture"),
        ([0xFF, 0x4F, 0xFF, 0x51], 0, "a JPEG 2000 picture"),
        ("8BPS"u8.ToArray(), 0, "a Photoshop document"),
        ("qoif"u8.ToArray(), 0, "a QOI picture"),
        ([0, 0, 1, 0], 0, "a Windows icon"),
        ("PK\u0003\u0004"u8.ToArray(), 0, "a ZIP archive or an office document"),
        ([0x1F, 0x8B], 0, "a gzip file"),
        ("RIFF"u8.ToArray(), 0, "a RIFF sound or film"),
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], 0, "a program"),
    ];

    private static ReadOnlySpan<byte> PngSignature =>
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The format of a file.</summary>
    /// <param name="file">The file, or at least its first <see cref="HeadBytes"/> bytes.</param>
    /// <exception cref="EncoderInputException">It is neither JPEG nor PNG; the message says what it looks
    /// like.</exception>
    public static ImageFormat Sniff(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(PngSignature))
        {
            return ImageFormat.Png;
        }

        if (file.Length >= 3 && file[0] == 0xFF && file[1] == 0xD8 && file[2] == 0xFF)
        {
            return ImageFormat.Jpeg;
        }

        throw new EncoderInputException(
            $"The file is {Describe(file)}. Pictures are read from JPEG and PNG files: convert it to one of "
            + $"these.");
    }

    private static string Describe(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
        {
            return "empty";
        }

        foreach ((byte[] magic, int offset, string name) in Others)
        {
            if (file.Length >= offset && file[offset..].StartsWith(magic))
            {
                return name;
            }
        }

        ReadOnlySpan<byte> head = file[..Math.Min(file.Length, HeadBytes)];
        if (LooksLikeText(head))
        {
            return head.IndexOf("<svg"u8) >= 0 ? "an SVG drawing"
                : head.TrimStart(" \t\r\n"u8).StartsWith("<"u8) ? "an XML or HTML text" : "a text";
        }

        if (PngSignature.StartsWith(head) || (file.Length < 3 && file[0] == 0xFF))
        {
            return $"cut after {file.Length.ToString(CultureInfo.InvariantCulture)} bytes";
        }

        string bytes = Convert.ToHexString(head[..Math.Min(head.Length, 8)]);
        return $"of an unknown kind (it begins with the bytes {bytes})";
    }

    private static bool LooksLikeText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(Encoding.UTF8.Preamble))
        {
            return true;
        }

        foreach (byte value in head)
        {
            bool control = value < 0x20 && value is not ((byte)'\t' or (byte)'\r' or (byte)'\n');
            if (control || value >= 0x7F)
            {
                return false;
            }
        }

        return true;
    }
}
