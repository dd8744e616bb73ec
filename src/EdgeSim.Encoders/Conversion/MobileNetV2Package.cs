using System.Security.Cryptography;
using EdgeSim.Encoders.Conversion.TensorFlowLite;

namespace EdgeSim.Encoders.Conversion;

/// <summary>
/// Finds the object detector inside npm's <c>@mediapipe/objectron</c>: one file of assets, a label map of 23
/// lines first and the TensorFlow Lite file behind it.
/// </summary>
internal static class MobileNetV2Package
{
    /// <summary>The file of assets, by its path inside the package.</summary>
    public const string Assets = "objectron_solution_packed_assets.data";

    /// <summary>
    /// Where the TensorFlow Lite file begins in <see cref="Assets"/>; it reaches to the end.
    /// </summary>
    public const int ModelStart = 184;

    /// <summary>Length of the TensorFlow Lite file.</summary>
    public const int ModelBytes = 9_987_728;

    /// <summary>Of the TensorFlow Lite file.</summary>
    public const string ModelSha256 = "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6";

    /// <summary>Reads the detector's graph. O(bytes): the whole file is hashed.</summary>
    /// <param name="package">Files of the npm package by their path inside it.</param>
    /// <exception cref="ModelException">The file is missing or not exactly the expected one.</exception>
    public static TensorFlowLiteModel Read(IReadOnlyDictionary<string, byte[]> package)
    {
        if (!package.TryGetValue(Assets, out byte[]? assets))
        {
            throw new ModelException($"{Assets}: not in the package. The converter needs npm's "
                + "@mediapipe/objectron, version 0.4.1675468480.");
        }

        if (assets.Length != ModelStart + ModelBytes)
        {
            throw new ModelException($"{Assets}: {assets.Length} bytes, expected {ModelStart + ModelBytes}. "
                + "Fetch version 0.4.1675468480 of @mediapipe/objectron again.");
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(assets.AsSpan(ModelStart)));
        return hash == ModelSha256
            ? TensorFlowLiteModel.Parse(assets, ModelStart)
            : throw new ModelException(
                $"{Assets}: the SHA-256 of the model in it is {hash}, expected {ModelSha256}. "
                + "Fetch version 0.4.1675468480 of @mediapipe/objectron again.");
    }
}
