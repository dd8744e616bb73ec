namespace EdgeSim.Commands;

/// <summary>What <c>models list</c> prints.</summary>
/// <param name="Folder">Where installed models are.</param>
public sealed record ModelsReport(string Folder, IReadOnlyList<ModelItem> Models);

/// <param name="Bytes">Size of the int8 ONNX file.</param>
public sealed record ModelItem(
    string Name,
    string Description,
    string Modality,
    int Dimension,
    string Space,
    string Licence,
    string Package,
    long Bytes,
    string Fingerprint,
    bool Installed);
