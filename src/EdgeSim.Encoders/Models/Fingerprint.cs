using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// Names the function from bytes to vector: the model file and everything that happens before it. Two boards
/// with the same fingerprint give comparable vectors; a changed resize rule or vocabulary changes it.
/// </summary>
internal static class Fingerprint
{
    /// <summary>
    /// SHA-256, lower-case hex, over one line a fact, in this order, each ended by a line feed.
    /// </summary>
    public static string Of(ModelManifest manifest)
    {
        var facts = new StringBuilder("edgesim-fingerprint-1\n");
        Add(facts, "model", manifest.Model.Sha256);
        Add(facts, "output", manifest.Output);
        Add(facts, "dimension", Number(manifest.Dimension));
        if (manifest.Text is { } text)
        {
            Add(facts, "tokenizer", text.Tokenizer);
            Add(facts, "vocabulary", text.Vocabulary.Sha256);
            Add(facts, "tokensMax", Number(text.TokensMax));
            Add(facts, "inputIds", text.InputIds);
            Add(facts, "attentionMask", text.AttentionMask);
        }

        if (manifest.Image is { } image)
        {
            Add(facts, "input", image.Name);
            Add(facts, "width", Number(image.Width));
            Add(facts, "height", Number(image.Height));
            Add(facts, "fit", image.Fit);
            Add(facts, "scale", Number(image.Scale));
            Add(facts, "offset", Number(image.Offset));
            Add(facts, "background", Number(image.Background));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts.ToString())));
    }

    private static void Add(StringBuilder facts, string name, string value) =>
        facts.Append(name).Append('=').Append(value).Append('\n');

    private static string Number<T>(T value) where T : IFormattable =>
        value.ToString(null, CultureInfo.InvariantCulture);
}
