using System.Buffers.Binary;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// Reads one number from EXIF metadata: how the camera was held (EXIF 2.32, tag 0x0112). Metadata that is
/// damaged or makes no sense means "upright", never an error: the pixels are what counts.
/// </summary>
internal static class ExifOrientation
{
    public const int Upright = 1;

    private const int OrientationTag = 0x0112;
    private const int TypeShort = 3;
    private const int TypeLong = 4;
    private const int EntryBytes = 12;

    /// <summary>True for the four orientations that exchange width and height.</summary>
    public static bool Transposes(int orientation) => orientation >= 5;

    /// <summary>The orientation 1..8 in a TIFF structure (what follows <c>Exif\0\0</c> in a JPEG, or a PNG's
    /// eXIf chunk).</summary>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8)
        {
            return Upright;
        }

        bool little = tiff[0] == 'I' && tiff[1] == 'I';
        if (!little && !(tiff[0] == 'M' && tiff[1] == 'M'))
        {
            return Upright;
        }

        uint directory = Long(tiff[4..], little);
        if (Short(tiff[2..], little) != 42 || directory > (uint)(tiff.Length - 2))
        {
            return Upright;
        }

        // The count is hostile until proven otherwise: only whole entries that lie inside the bytes are
        // looked at.
        ReadOnlySpan<byte> entries = tiff[((int)directory + 2)..];
        int count = Math.Min(Short(tiff[(int)directory..], little), entries.Length / EntryBytes);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * EntryBytes, EntryBytes);
            if (Short(entry, little) == OrientationTag)
            {
                return Value(entry, little);
            }
        }

        return Upright;
    }

    private static int Value(ReadOnlySpan<byte> entry, bool little)
    {
        uint value = Short(entry[2..], little) switch
        {
            TypeShort => Short(entry[8..], little),
            TypeLong => Long(entry[8..], little),
            _ => 0,
        };
        bool valid = Long(entry[4..], little) == 1 && value is >= 1 and <= 8;
        return valid ? (int)value : Upright;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) => little
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
        : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Long(ReadOnlySpan<byte> bytes, bool little) => little
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes)
        : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
