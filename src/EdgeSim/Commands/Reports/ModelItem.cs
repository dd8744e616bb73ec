namespace EdgeSim.Commands.Reports;

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
