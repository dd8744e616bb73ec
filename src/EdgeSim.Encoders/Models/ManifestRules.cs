namespace EdgeSim.Encoders.Models;

/// <summary>What a manifest must say beyond being well-formed. Checked once, where one is read.</summary>
internal static class ManifestRules
{
    private const int DimensionMax = 4096;

    /// <exception cref="ModelException">A rule is broken; the message names the field.</exception>
    public static void Require(ModelManifest manifest, string path)
    {
        Check(
            IsFileName(manifest.Name),
            path,
            $"name '{manifest.Name}' must be a folder name: letters, digits, '-', '.', '_'");
        Check(
            manifest.Dimension is >= 1 and <= DimensionMax,
            path,
            $"dimension {manifest.Dimension} must be 1..{DimensionMax}");
        Check((manifest.Text is not null) == (manifest.Modality == Modality.Text), path,
            "'text' must be there exactly when the modality is text");
        Check((manifest.Image is not null) == (manifest.Modality == Modality.Image), path,
            "'image' must be there exactly when the modality is image");
        CheckFile(manifest.Model, path);
        if (manifest.Text is { } text)
        {
            CheckFile(text.Vocabulary, path);
            Check(text.TokensMax is >= 1 and <= 8192, path, $"tokensMax {text.TokensMax} must be 1..8192");
        }

        if (manifest.Image is { } image)
        {
            Check(image.Width is >= 16 and <= 1024 && image.Height is >= 16 and <= 1024, path,
                $"image size {image.Width}x{image.Height} must be 16..1024 pixels a side");
            Check(
                image.Fit is "stretch" or "crop" or "pad",
                path,
                $"fit '{image.Fit}' must be stretch, crop or pad");
            Check(image.Background is >= 0 and <= 255, path, $"background {image.Background} must be 0..255");
        }
    }

    /// <summary>True for a plain name that cannot leave its folder.</summary>
    public static bool IsFileName(string name) => name.Length is > 0 and <= 128 && name[0] != '.'
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    private static void CheckFile(ModelFile file, string path)
    {
        Check(IsFileName(file.Name), path, $"file name '{file.Name}' must stay in the model's folder");
        Check(file.Bytes > 0, path, $"{file.Name}: bytes must be positive");
        Check(file.Sha256.Length == 64 && file.Sha256.All(char.IsAsciiHexDigitLower), path,
            $"{file.Name}: sha256 must be 64 lower-case hex digits");
    }

    private static void Check(bool condition, string path, string rule)
    {
        if (!condition)
        {
            throw new ModelException($"{path}: {rule}.");
        }
    }
}
