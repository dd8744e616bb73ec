using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// One sentence and one photograph through the installed int8 models, compared with what x64 computed: the
/// vectors of a collection must mean the same on the machine that made it and on the board that reads it.
/// Golden vectors are in <c>tests/fixtures/golden-vectors.json</c>; <c>EDGESIM_UPDATE_GOLDEN=1</c> on x64
/// writes them anew after a model has changed, and the fingerprints in the file say whose they are.
/// </summary>
public sealed class CrossPlatformTests(InstalledCatalogue catalogue, ITestOutputHelper output)
    : IClassFixture<InstalledCatalogue>
{
    private const string GoldenFile = "golden-vectors.json";
    private const string Sentence = "The garage door was left open, and it is going to rain.";
    private const string Photograph = "animals/birds/crow.png";
    private const double CosineMin = 0.999;

    [Theory]
    [InlineData("use-lite")]
    [InlineData("mobilenetv2-openimages")]
    public void Encode_OnThisProcessor_GivesTheVectorOfX64(string name)
    {
        Assert.SkipWhen(ReferenceData.Stamps is null, "the stamps were not fetched");
        using IEncoder encoder = catalogue.Open(name);
        EncoderInput input = encoder.Manifest.Modality == Modality.Text
            ? EncoderInput.FromText(Sentence)
            : EncoderInput.FromImage(File.ReadAllBytes(Path.Combine(ReferenceData.Stamps!, Photograph)));
        float[] vector = Vectors.Encode(encoder, [input])[0];

        Update(encoder.Manifest, vector);
        JsonElement golden = Golden().GetProperty(name);
        Assert.Equal(encoder.Manifest.Fingerprint, golden.GetProperty("fingerprint").GetString());
        float[] expected = Decode(golden.GetProperty("vector").GetBytesFromBase64());

        double cosine = Vectors.Cosine(expected, vector);
        output.WriteLine($"{name} on {RuntimeInformation.ProcessArchitecture}: cosine to x64 {cosine:F6}");
        Assert.True(cosine >= CosineMin, $"{name}: cosine to the vector of x64 is {cosine:F6}");
    }

    private static JsonElement Golden() =>
        JsonDocument.Parse(File.ReadAllBytes(PackageFiles.Fixture(GoldenFile))).RootElement;

    private static void Update(ModelManifest manifest, float[] vector)
    {
        if (Environment.GetEnvironmentVariable("EDGESIM_UPDATE_GOLDEN") is null)
        {
            return;
        }

        Assert.Equal(Architecture.X64, RuntimeInformation.ProcessArchitecture);
        string path = PackageFiles.Fixture(GoldenFile);
        var all = JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(File.ReadAllBytes(path))!;
        byte[] bytes = MemoryMarshal.AsBytes<float>(vector).ToArray();
        all[manifest.Name] = JsonSerializer.SerializeToElement(
            new { fingerprint = manifest.Fingerprint, vector = bytes });
        File.WriteAllText(path, JsonSerializer.Serialize(all, JsonSerializerOptions.Web) + "\n");
    }

    private static float[] Decode(byte[] bytes)
    {
        Assert.True(BitConverter.IsLittleEndian);
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }
}
