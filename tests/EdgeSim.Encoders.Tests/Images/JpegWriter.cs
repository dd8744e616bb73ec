namespace EdgeSim.Encoders.Tests.Images;

/// <summary>
/// Writes grey JPEG files of any size in two tones, two bits a block: enough of ITU-T T.81 for a test. Every
/// block is a DC difference and an end of block; the tables hold only the symbols that occur.
/// </summary>
internal static class JpegWriter
{
    public const byte UpperGrey = 128 + 60;
    public const byte LowerGrey = 128 - 40;

    /// <summary>The upper half in <see cref="UpperGrey"/>, the lower half in
    /// <see cref="LowerGrey"/>.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels; a multiple of 16 makes the halves meet between two blocks.</param>
    public static byte[] TwoHalves(int width, int height)
    {
        long across = (width + 7) / 8;
        long down = (height + 7) / 8;
        long blocks = across * down;
        byte[] header = Header(width, height, frame: 0xC0);

        // DC codes: 0 -> difference 0; 10 -> 6 bits follow; 110 -> 7 bits follow. AC code: 0 -> end of block.
        long change = across * (down / 2);
        long bits = (2 * blocks) + 7 + 9;
        var data = new byte[((bits + 7) / 8) + 2];
        Put(data, 0, "10" + "111100" + "0"); // +60: the bits of 60.
        Put(data, 9 + (2 * (change - 1)), "110" + "0011011" + "0"); // -100: the bits of 127 - 100.
        data[^2] = 0xFF;
        data[^1] = 0xD9;
        return [.. header, .. data];
    }

    /// <summary>A header that claims a picture, with hardly any data.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="frame">Marker of the frame: C0 baseline, C2 progressive.</param>
    public static byte[] Claim(int width, int height, byte frame) =>
        [.. Header(width, height, frame), 0, 0, 0, 0, 0xFF, 0xD9];

    private static byte[] Header(int width, int height, byte frame)
    {
        byte[] quantizer = [0, .. Enumerable.Repeat((byte)8, 64)];
        byte[] start = [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0];
        byte[] dc = [0x00, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 7];
        byte[] ac = [0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] scan = [1, 1, 0, 0, frame == 0xC2 ? (byte)0 : (byte)63, 0];
        return
        [
            0xFF, 0xD8, .. Segment(0xDB, quantizer), .. Segment(frame, start), .. Segment(0xC4, dc),
            .. Segment(0xC4, ac), .. Segment(0xDA, scan),
        ];
    }

    private static byte[] Segment(byte marker, byte[] body) =>
        [0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];

    private static void Put(byte[] data, long at, string bits)
    {
        foreach (char bit in bits)
        {
            if (bit == '1')
            {
                data[at / 8] |= (byte)(0x80 >> (int)(at % 8));
            }

            at++;
        }
    }
}
