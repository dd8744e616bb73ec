using EdgeSim.Encoders.Onnx.Format;

namespace EdgeSim.Encoders.Conversion;

/// <summary>
/// Rebuilds a published model as an ONNX graph from the files of its package. Deterministic: the same files
/// give the same bytes on every machine, because the manifest states the hash of the result.
/// </summary>
internal interface IModelConverter
{
    /// <summary>
    /// The word in <see cref="ModelOrigin.Converter"/>, e.g. <c>use-lite</c> or <c>mobilenetv2-ssd</c>.
    /// </summary>
    string Name { get; }

    /// <summary>Builds the float32 graph.</summary>
    /// <param name="package">
    /// Files of the npm package by their path inside it, e.g. <c>dist/model.json</c>.
    /// </param>
    /// <param name="mean">
    /// Subtracted from the embedding before it is normalised: <see cref="ModelManifest.Dimension"/> floats,
    /// or empty while the calibration that finds it runs and for models that are not centred.
    /// </param>
    /// <exception cref="ModelException">A file is missing, damaged or not the expected model.</exception>
    ModelProto Build(IReadOnlyDictionary<string, byte[]> package, ReadOnlySpan<float> mean);

    /// <summary>
    /// Files that the encoder needs beside the graph, by file name, e.g. <c>vocab.json</c>.
    /// </summary>
    /// <param name="package">Files of the npm package by their path inside it.</param>
    /// <exception cref="ModelException">A file is missing.</exception>
    IReadOnlyDictionary<string, byte[]> SideFiles(IReadOnlyDictionary<string, byte[]> package);
}
