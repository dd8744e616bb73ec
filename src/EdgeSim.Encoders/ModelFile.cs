namespace EdgeSim.Encoders;

/// <summary>A file of an installed model.</summary>
/// <param name="Name">File name inside the model's folder.</param>
/// <param name="Bytes">Exact size.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record ModelFile(string Name, long Bytes, string Sha256);
