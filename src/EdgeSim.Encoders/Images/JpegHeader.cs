using System.Buffers.Binary;
using System.Globalization;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// What a JPEG says about itself before its first scan (ITU-T T.81, annex B). Read by us because the answers
/// decide how much memory the library will take, which its own interface does not tell.
/// </summary>
/// <param name="Width">Pixels as stored.</param>
/// <param name="Height">Pixels as stored.</param>
/// <param name="Components">1 grey, 3 colour, 4 print (CMYK or YCCK).</param>
/// <param name="Orientation">EXIF, 1..8.</param>
/// <param name="AdobeMarker">An Adobe segment is there: the four inks are stored inverted.</param>
/// <param name="CoefficientBytes">What the library keeps while it reads all scans; 0 where one scan holds
/// everything.</param>
/// <param name="Scans">Scans in the file, at least 1.</param>
internal readonly record struct JpegHeader(
    int Width,
    int Height,
    int Components,
    int Orientation,
    bool AdobeMarker,
    long CoefficientBytes,
    int Scans)
{
    private const int StartOfImage = 0xD8;
    private const int EndOfImage = 0xD9;
    private const int StartOfScan = 0xDA;
    private const int App1 = 0xE1;
    private const int App14 = 0xEE;

    /// <summary>Walks the segments up to the first scan. O(bytes of metadata) + one fast search for further
    /// scans.</summary>
    /// <exception cref="EncoderInputException">The structure is damaged, cut, or of a kind that no decoder
    /// here reads.</exception>
    public static JpegHeader Parse(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> frame = default;
        int frameMarker = 0;
        int orientation = 0;
        bool adobe = false;
        int position = 2;
        while (true)
        {
            int marker = NextMarker(file, ref position);
            if (marker is EndOfImage or StartOfImage)
            {
                throw Damaged("it ends or starts anew before any picture data");
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
            {
                continue; // Markers without a segment.
            }

            ReadOnlySpan<byte> segment = Segment(file, ref position);
            if (marker == StartOfScan)
            {
                return Describe(frame, frameMarker, segment, file[position..]) with
                {
                    Orientation = Math.Max(orientation, ExifOrientation.Upright),
                    AdobeMarker = adobe,
                };
            }

            if (IsFrame(marker))
            {
                frame = segment;
                frameMarker = marker;
            }
            else if (marker == App1 && orientation == 0 && segment.StartsWith("Exif\0\0"u8))
            {
                orientation = ExifOrientation.Read(segment[6..]);
            }
            else if (marker == App14 && segment.Length >= 12 && segment.StartsWith("Adobe"u8))
            {
                adobe = true;
            }
        }
    }

    private static JpegHeader Describe(
        ReadOnlySpan<byte> frame, int marker, ReadOnlySpan<byte> firstScan, ReadOnlySpan<byte> data)
    {
        if (frame.Length < 6 || frame.Length < 6 + (3 * frame[5]) || firstScan.IsEmpty)
        {
            throw Damaged("its frame header is missing or cut");
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        int components = frame[5];
        if (frame[0] != 8)
        {
            throw new EncoderInputException(
                $"The JPEG has {frame[0].ToString(CultureInfo.InvariantCulture)} bits a sample; 8 are read. "
                + $"Save it as an 8-bit JPEG.");
        }

        if (width == 0 || height == 0 || components is not (1 or 3 or 4))
        {
            throw Damaged(string.Create(
                CultureInfo.InvariantCulture,
                $"its header says {width} × {height} pixels of {components} components"));
        }

        bool progressive = marker is 0xC2 or 0xCA;
        bool severalScans = progressive || firstScan[0] < components;
        long coefficientBytes = severalScans ? CoefficientBytesOf(frame, width, height) : 0;
        int scans = 1 + CountScans(data);
        return new JpegHeader(
            width, height, components, ExifOrientation.Upright, AdobeMarker: false, coefficientBytes, scans);
    }

    /// <summary>Every component is stored as whole MCUs of 8 × 8 blocks, 2 bytes a coefficient.</summary>
    private static long CoefficientBytesOf(ReadOnlySpan<byte> frame, int width, int height)
    {
        int across = 1;
        int down = 1;
        for (int i = 0; i < frame[5]; i++)
        {
            int sampling = frame[7 + (3 * i)];
            across = Math.Max(across, sampling >> 4);
            down = Math.Max(down, sampling & 15);
        }

        long mcus = (((long)width - 1) / (8 * across) + 1) * (((long)height - 1) / (8 * down) + 1);
        long blocks = 0;
        for (int i = 0; i < frame[5]; i++)
        {
            int sampling = frame[7 + (3 * i)];
            blocks += mcus * Math.Max(1, sampling >> 4) * Math.Max(1, sampling & 15);
        }

        return blocks * 64 * sizeof(short);
    }

    /// <summary>FF DA cannot occur inside a scan's data: the format stuffs a zero behind every FF.</summary>
    private static int CountScans(ReadOnlySpan<byte> data)
    {
        int count = 0;
        int next;
        while ((next = data.IndexOf([(byte)0xFF, (byte)StartOfScan])) >= 0)
        {
            count++;
            data = data[(next + 2)..];
        }

        return count;
    }

    /// <summary>Start of frame, every process; the library says which it cannot do.</summary>
    private static bool IsFrame(int marker) =>
        marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static int NextMarker(ReadOnlySpan<byte> file, scoped ref int position)
    {
        // Padding and stray bytes between segments are skipped, as the library does.
        while (position < file.Length)
        {
            int next = file[position..].IndexOf((byte)0xFF);
            if (next < 0)
            {
                break;
            }

            position += next + 1;
            while (position < file.Length && file[position] == 0xFF)
            {
                position++;
            }

            if (position < file.Length && file[position] != 0)
            {
                return file[position++];
            }
        }

        throw Damaged("it is cut before the picture data");
    }

    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> file, scoped ref int position)
    {
        int length = position + 2 <= file.Length ? BinaryPrimitives.ReadUInt16BigEndian(file[position..]) : 0;
        if (length < 2 || position + length > file.Length)
        {
            throw Damaged("it is cut inside its header");
        }

        ReadOnlySpan<byte> segment = file.Slice(position + 2, length - 2);
        position += length;
        return segment;
    }

    private static EncoderInputException Damaged(string what) =>
        new($"The JPEG is damaged: {what}. Copy or save the picture again.");
}
