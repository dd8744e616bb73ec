namespace EdgeSim.Encoders.Tests.Images;

/// <summary>The definition of a resize in doubles, one target pixel at a time: what <c>ImageResizer</c> must
/// equal.</summary>
internal static class NaiveResizer
{
    /// <summary>[height × width × 3] levels, not rounded.</summary>
    public static double[] Resize(byte[] rgb, int width, int height, ImageInput input)
    {
        double scale = input.Fit switch
        {
            "crop" => Math.Max((double)input.Width / width, (double)input.Height / height),
            "pad" => Math.Min((double)input.Width / width, (double)input.Height / height),
            _ => 0,
        };
        bool pad = input.Fit == "pad";
        int targetWidth = pad ? Fitted(width * scale) : input.Width;
        int targetHeight = pad ? Fitted(height * scale) : input.Height;
        double partWidth = input.Fit == "crop" ? input.Width / scale : width;
        double partHeight = input.Fit == "crop" ? input.Height / scale : height;
        double[,] across = Weights(width, (width - partWidth) / 2, partWidth, targetWidth);
        double[,] down = Weights(height, (height - partHeight) / 2, partHeight, targetHeight);

        var result = new double[input.Width * input.Height * 3];
        Array.Fill(result, input.Background);
        int left = (input.Width - targetWidth) / 2;
        int top = (input.Height - targetHeight) / 2;
        for (int y = 0; y < targetHeight; y++)
        {
            for (int x = 0; x < targetWidth; x++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    result[((((top + y) * input.Width) + left + x) * 3) + channel] =
                        Sum(rgb, width, height, channel, across, x, down, y);
                }
            }
        }

        return result;
    }

    private static int Fitted(double side) => Math.Max(1, (int)Math.Floor(side + 0.5));

    private static double Sum(
        byte[] rgb, int width, int height, int channel, double[,] across, int x, double[,] down, int y)
    {
        double sum = 0;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; down[y, row] > 0 && column < width; column++)
            {
                sum += down[y, row] * across[x, column] * rgb[(((row * width) + column) * 3) + channel];
            }
        }

        return sum;
    }

    private static double[,] Weights(int source, double begin, double length, int target)
    {
        var weights = new double[target, source];
        double step = length / target;
        for (int i = 0; i < target; i++)
        {
            if (step >= 1 - 1e-9)
            {
                for (int j = 0; j < source; j++)
                {
                    double from = Math.Max(begin + (i * step), j);
                    double overlap = Math.Min(begin + ((i + 1) * step), j + 1) - from;
                    weights[i, j] = Math.Max(0, overlap) / step;
                }
            }
            else
            {
                double centre = Math.Clamp(begin + ((i + 0.5) * step) - 0.5, 0, source - 1);
                int j = Math.Min((int)centre, source - 1);
                weights[i, j] += 1 - (centre - j);
                weights[i, Math.Min(j + 1, source - 1)] += centre - j;
            }
        }

        return weights;
    }
}
