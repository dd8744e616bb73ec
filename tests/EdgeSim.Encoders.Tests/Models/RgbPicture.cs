using EdgeSim.Encoders.Images;
using EdgeSim.Encoders.Tests.Images;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// A picture in memory and the changes that a second photograph of the same thing would show. All of them are
/// fixed: no chance, so that a figure measured on copies is the same everywhere.
/// </summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Rgb">[Height × Width × 3] bytes.</param>
internal sealed record RgbPicture(int Width, int Height, byte[] Rgb)
{
    private const byte White = 255;

    /// <summary>Decodes a file at its own size, transparent parts over white.</summary>
    public static RgbPicture Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        using var decoder = new ImageDecoder();
        ImageSize size = decoder.Decode(file, new ImageResizer(Input(1, 1)));
        var resizer = new ImageResizer(Input(size.Width, size.Height));
        decoder.Decode(file, resizer);
        byte[] rgb = Array.ConvertAll(resizer.Tensor, value => (byte)value);
        return new RgbPicture(size.Width, size.Height, rgb);
    }

    /// <summary>Warm light: red × 1.15, green × 0.95, blue × 0.8, cut at 255.</summary>
    public RgbPicture Recoloured()
    {
        double[] factors = [1.15, 0.95, 0.8];
        return this with
        {
            Rgb = [.. Rgb.Select((value, i) => (byte)Math.Min(255, Math.Round(value * factors[i % 3])))],
        };
    }

    /// <summary>
    /// Keeps 80 % of each side, 64 % of the area: 15 % are cut off at the left, 5 % at the top.
    /// </summary>
    public RgbPicture Cropped()
    {
        int width = Math.Max(1, Width * 80 / 100);
        int height = Math.Max(1, Height * 80 / 100);
        return Map(width, height, (x, y) => (x + (Width * 0.15), y + (Height * 0.05)));
    }

    /// <summary>
    /// By 15 degrees about the middle, on a canvas of the same size; white where nothing was.
    /// </summary>
    public RgbPicture Rotated()
    {
        (double sine, double cosine) = Math.SinCos(15 * Math.PI / 180);
        double middleX = (Width - 1) / 2.0;
        double middleY = (Height - 1) / 2.0;
        return Map(Width, Height, (x, y) => (
            middleX + ((x - middleX) * cosine) + ((y - middleY) * sine),
            middleY - ((x - middleX) * sine) + ((y - middleY) * cosine)));
    }

    public byte[] ToPng() => PngWriter.Rgb(Width, Height, Rgb);

    private static ImageInput Input(int width, int height) =>
        new("image", width, height, "stretch", 1, 0, White);

    /// <summary>Takes each pixel from a place of this picture, bilinear between four pixels.</summary>
    private RgbPicture Map(int width, int height, Func<int, int, (double X, double Y)> place)
    {
        var mapped = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (double fromX, double fromY) = place(x, y);
                int left = (int)Math.Floor(fromX);
                int top = (int)Math.Floor(fromY);
                for (int c = 0; c < 3; c++)
                {
                    double upper = Mix(At(left, top, c), At(left + 1, top, c), fromX - left);
                    double lower = Mix(At(left, top + 1, c), At(left + 1, top + 1, c), fromX - left);
                    mapped[(((y * width) + x) * 3) + c] = (byte)Math.Round(Mix(upper, lower, fromY - top));
                }
            }
        }

        return new RgbPicture(width, height, mapped);
    }

    private static double Mix(double first, double second, double share) =>
        first + ((second - first) * share);

    private byte At(int x, int y, int channel) =>
        x < 0 || y < 0 || x >= Width || y >= Height ? White : Rgb[(((y * Width) + x) * 3) + channel];
}
