using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Onnx.Format;
using EdgeSim.Encoders.Quantization;
using Google.Protobuf;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// Package and committed calibration in, the files of an installed model out. No disk, no network.
/// </summary>
internal static class ModelConversion
{
    /// <summary>Converts. A second or two, about six times the size of the weights in memory.</summary>
    /// <param name="converter">Rebuilds the float graph.</param>
    /// <param name="package">Files of the package by path.</param>
    /// <param name="calibration">Committed ranges and mean.</param>
    /// <param name="modelName">File name of the ONNX file.</param>
    /// <returns>Contents by file name.</returns>
    /// <exception cref="ModelException">
    /// The package or the calibration does not fit the converter.
    /// </exception>
    public static IReadOnlyDictionary<string, byte[]> Convert(
        IModelConverter converter,
        IReadOnlyDictionary<string, byte[]> package,
        CalibrationFile calibration,
        string modelName)
    {
        ModelProto model = converter.Build(package, calibration.Mean);
        ModelProto quantized = QdqQuantizer.Quantize(
            model,
            calibration.ActivationRanges(),
            calibration.BiasShifts ?? new Dictionary<string, float[]>());
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [modelName] = quantized.ToByteArray(),
        };
        foreach ((string name, byte[] content) in converter.SideFiles(package))
        {
            files.Add(name, content);
        }

        return files;
    }
}
