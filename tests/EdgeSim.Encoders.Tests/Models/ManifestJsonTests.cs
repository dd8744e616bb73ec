using System.Text;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Encoders.Tests.Models;

public sealed class ManifestJsonTests
{
    private static readonly ModelManifest Text = new ModelStore(Path.GetTempPath()).Catalogue.Single(
        m => m.Text is not null);
    private static readonly ModelManifest Image = new ModelStore(Path.GetTempPath()).Catalogue.Single(
        m => m.Image is not null);

    [Fact]
    public void Write_ThenRead_IsEqual()
    {
        Assert.Equal(Text, ManifestJson.ReadManifest(ManifestJson.Write(Text), "test"));
        Assert.Equal(Image, ManifestJson.ReadManifest(ManifestJson.Write(Image), "test"));
    }

    [Fact]
    public void Write_Manifest_IsReadable()
    {
        string json = Encoding.UTF8.GetString(ManifestJson.Write(Text));

        Assert.Contains("\"modality\": \"text\"", json, StringComparison.Ordinal);
        Assert.Contains($"\"integrity\": \"{Text.Origin.Integrity}\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"image\"", json, StringComparison.Ordinal);
        Assert.EndsWith("}\n", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"dimension\": 512", "\"dimension\": 0", "dimension 0")]
    [InlineData("\"dimension\": 512", "\"dimension\": \"many\"", "dimension")]
    [InlineData("\"name\": \"use-lite\"", "\"name\": \"../up\"", "'../up'")]
    [InlineData("\"name\": \"model.onnx\"", "\"name\": \"/etc/passwd\"", "'/etc/passwd'")]
    [InlineData("\"modality\": \"text\"", "\"modality\": \"sound\"", "modality")]
    [InlineData("\"modality\": \"text\"", "\"modality\": \"image\"", "'text'")]
    [InlineData("\"tokensMax\": 128", "\"tokensMax\": -1", "tokensMax -1")]
    [InlineData("\"output\"", "\"outptu\"", "outptu")]
    public void Read_BrokenField_SaysWhich(string from, string to, string expected)
    {
        string json = Encoding.UTF8.GetString(ManifestJson.Write(Text));
        Assert.Contains(from, json, StringComparison.Ordinal);
        string broken = json.Replace(from, to, StringComparison.Ordinal);

        var e = Assert.Throws<ModelException>(
            () => ManifestJson.ReadManifest(Encoding.UTF8.GetBytes(broken), "the/manifest"));

        Assert.StartsWith("the/manifest", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprint_EveryPreprocessingField_Matters()
    {
        ImageInput image = Image.Image!;
        ModelManifest[] variants =
        [
            Image,
            Image with { Image = image with { Fit = "crop" } },
            Image with { Image = image with { Width = 320 } },
            Image with { Image = image with { Height = 320 } },
            Image with { Image = image with { Scale = 1f } },
            Image with { Image = image with { Offset = 0f } },
            Image with { Image = image with { Background = 0 } },
            Image with { Model = Image.Model with { Sha256 = Text.Model.Sha256 } },
            Text,
            Text with { Text = Text.Text! with { TokensMax = 64 } },
            Text with { Text = Text.Text! with { Vocabulary = Image.Model } },
        ];

        Assert.Equal(variants.Length, variants.Select(Fingerprint.Of).Distinct().Count());
        Assert.Equal(Fingerprint.Of(Image), Fingerprint.Of(Image with { Description = "other words" }));
    }
}
