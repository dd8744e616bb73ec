using System.Buffers.Binary;
using System.IO.Compression;

namespace EdgeSim.Encoders.Tests.Images;

/// <summary>Writes 8-bit PNG files: enough of ISO/IEC 15948 for a test. Grey ones are of any size: their
/// pixels are never in memory.</summary>
internal static class PngWriter
{
    /// <summary>The upper half in one grey, the lower half in another.</summary>
    public static byte[] TwoHalves(int width, int height, byte upper, byte lower, bool interlaced = false)
    {
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            // Row 0 of the buffer is the filter type "none". An interlaced file gets data that do not fit: it
            // must be refused before anyone looks at them.
            var row = new byte[width + 1];
            for (int y = 0; y < (interlaced ? 1 : height); y++)
            {
                row.AsSpan(1).Fill(y < height / 2 ? upper : lower);
                zip.Write(row);
            }
        }

        return Wrap(width, height, data.ToArray(), interlaced ? (byte)1 : (byte)0);
    }

    /// <summary>Random greys, which do not compress.</summary>
    public static byte[] Noise(int width, int height, ulong seed)
    {
        var random = new SplitMix64(seed);
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[width + 1];
            for (int y = 0; y < height; y++)
            {
                for (int x = 1; x <= width; x++)
                {
                    row[x] = (byte)random.Next();
                }

                zip.Write(row);
            }
        }

        return Wrap(width, height, data.ToArray(), interlace: 0);
    }

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="rgb">[height × width × 3] bytes.</param>
    public static byte[] Rgb(int width, int height, ReadOnlySpan<byte> rgb)
    {
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                zip.WriteByte(0); // Filter type "none".
                zip.Write(rgb.Slice(y * width * 3, width * 3));
            }
        }

        return Wrap(width, height, data.ToArray(), interlace: 0, colour: 2);
    }

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="data">Of the IDAT chunk.</param>
    /// <param name="interlace">0 none, 1 Adam7.</param>
    /// <param name="colour">0 grey, 2 RGB.</param>
    private static byte[] Wrap(int width, int height, byte[] data, byte interlace, byte colour = 0)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = colour;
        header[12] = interlace;
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, data);
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> body)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body, Crc(kind, uint.MaxValue)) ^ uint.MaxValue);
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return crc;
    }
}
