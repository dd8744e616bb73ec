namespace EdgeSim.Encoders.Models;

/// <summary>A model whose files are in place.</summary>
/// <param name="Manifest">What it is.</param>
/// <param name="Folder">Absolute path of the folder with its files.</param>
public sealed record InstalledModel(ModelManifest Manifest, string Folder)
{
    /// <summary>Absolute path of the ONNX file.</summary>
    public string ModelPath => Path.Combine(Folder, Manifest.Model.Name);

    /// <summary>Size of all its files on disk.</summary>
    public long Bytes => Manifest.Model.Bytes + (Manifest.Text?.Vocabulary.Bytes ?? 0);
}
