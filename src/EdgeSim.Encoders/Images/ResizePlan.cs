using System.Globalization;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// Where the pixels of one picture go, in whole numbers. The picture is resized as it is stored and turned
/// while it is written, so "across" and "down" are those of the stored picture.
/// </summary>
/// <param name="Across">Which part of each stored row becomes which target pixel.</param>
/// <param name="Down">The same for the rows.</param>
/// <param name="Left">Where the upright result begins in the model's input; not 0 only when padded.</param>
/// <param name="Top">The same from above.</param>
/// <param name="Orientation">EXIF, 1..8.</param>
internal readonly record struct ResizePlan(
    ResizeSpan Across, ResizeSpan Down, int Left, int Top, int Orientation)
{
    /// <summary>The geometry of <see cref="ImageInput.Fit"/>.</summary>
    /// <param name="input">Target size and fit.</param>
    /// <param name="width">Stored pixels, 1..<see cref="ImageLimits.SideMax"/>.</param>
    /// <param name="height">Stored pixels.</param>
    /// <param name="orientation">EXIF, 1..8.</param>
    public static ResizePlan Make(ImageInput input, int width, int height, int orientation)
    {
        bool transposed = ExifOrientation.Transposes(orientation);
        long across = transposed ? input.Height : input.Width;
        long down = transposed ? input.Width : input.Height;
        bool wider = width * down > height * across;
        switch (input.Fit)
        {
            case "stretch":
                return new ResizePlan(Whole(width, across), Whole(height, down), 0, 0, orientation);

            case "crop":
                ResizeSpan keptAcross = wider ? Middle(width, height, across, down) : Whole(width, across);
                ResizeSpan keptDown = wider ? Whole(height, down) : Middle(height, width, down, across);
                return new ResizePlan(keptAcross, keptDown, 0, 0, orientation);

            case "pad":
                long fittedAcross = wider ? across : Fitted(width, down, height);
                long fittedDown = wider ? Fitted(height, across, width) : down;
                long left = transposed ? input.Width - fittedDown : input.Width - fittedAcross;
                long top = transposed ? input.Height - fittedAcross : input.Height - fittedDown;
                ResizeSpan wholeAcross = Whole(width, fittedAcross);
                ResizeSpan wholeDown = Whole(height, fittedDown);
                return new ResizePlan(wholeAcross, wholeDown, (int)left / 2, (int)top / 2, orientation);

            default:
                throw new ModelException(
                    $"The model's fit is '{input.Fit}'; allowed: stretch, crop, pad. Correct the manifest.");
        }
    }

    /// <summary>Refuses an input description that no picture can be brought to.</summary>
    /// <exception cref="ModelException">A size, background, scale or fit out of range.</exception>
    public static void Check(ImageInput input)
    {
        bool sides = input.Width is >= 1 and <= ImageLimits.TargetSideMax
            && input.Height is >= 1 and <= ImageLimits.TargetSideMax;
        bool values = input.Background is >= 0 and <= 255
            && float.IsFinite(input.Scale) && float.IsFinite(input.Offset);
        if (!sides || !values)
        {
            throw new ModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"The model's input is {input.Width} × {input.Height} pixels on background "
                + $"{input.Background}, "
                + $"scale {input.Scale}, offset {input.Offset}; allowed are 1..{ImageLimits.TargetSideMax} "
                + $"pixels, 0..255 and "
                + $"finite numbers. Correct the manifest."));
        }

        Make(input, 1, 1, ExifOrientation.Upright);
    }

    private static ResizeSpan Whole(long source, long target) => new(0, 2 * source, 2 * target, (int)target);

    /// <summary>
    /// The middle of the longer side. Target pixels are as large as on the other side (otherSource ÷
    /// otherTarget), and what is left over is cut equally on both ends, to half a pixel, so that a mirrored
    /// picture is cut the same.
    /// </summary>
    private static ResizeSpan Middle(long source, long otherSource, long target, long otherTarget) =>
        new((source * otherTarget) - (target * otherSource), 2 * otherSource, 2 * otherTarget, (int)target);

    private static long Fitted(long source, long otherTarget, long otherSource) =>
        Math.Max(1, ((2 * source * otherTarget) + otherSource) / (2 * otherSource));
}
