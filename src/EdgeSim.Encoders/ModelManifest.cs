namespace EdgeSim.Encoders;

/// <summary>
/// Everything needed to make a model from its package and to turn bytes into a vector with it: the parsed
/// form of <c>models/NAME/manifest.json</c>. The same file is in the box, in git and beside the installed
/// weights.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>Folder name and the word a user types, e.g. <c>use-lite</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for <c>edgesim models list</c>.</summary>
    public required string Description { get; init; }

    public required Modality Modality { get; init; }

    /// <summary>Floats an embedding, 1..4096.</summary>
    public required int Dimension { get; init; }

    /// <summary>Vectors are comparable only within one space.</summary>
    public required string Space { get; init; }

    /// <summary>SPDX identifier of the weights' licence.</summary>
    public required string Licence { get; init; }

    public required ModelOrigin Origin { get; init; }

    /// <summary>
    /// The converted ONNX file; its hash is the same on every machine because conversion is deterministic.
    /// </summary>
    public required ModelFile Model { get; init; }

    /// <summary>Present exactly when <see cref="Modality"/> is text.</summary>
    public TextInput? Text { get; init; }

    /// <summary>Present exactly when <see cref="Modality"/> is image.</summary>
    public ImageInput? Image { get; init; }

    /// <summary>Name of the graph output: float32 [batch, Dimension], unit norm.</summary>
    public required string Output { get; init; }

    public required ModelCalibration Calibration { get; init; }

    /// <summary>
    /// SHA-256, lower-case hex, of the model file's hash and the canonical preprocessing. Stored in every
    /// collection; two different fingerprints never mix.
    /// </summary>
    public required string Fingerprint { get; init; }
}
