using System.Reflection;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// The models in the box: <c>models/NAME/manifest.json</c> and <c>calibration.json</c>, embedded at build
/// time. The weights are not; they are made from the package that the manifest names.
/// </summary>
internal static class ModelCatalogue
{
    private const string Root = "models/";
    private const string ManifestEnd = "/manifest.json";

    /// <summary>All manifests in the box, by name in ordinal order. Parses them anew on each call.</summary>
    public static IReadOnlyList<ModelManifest> ReadAll() =>
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Root, StringComparison.Ordinal)
                && name.EndsWith(ManifestEnd, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => ManifestJson.ReadManifest(ReadResource(name), name)),
    ];

    /// <summary>The committed calibration of a model in the box.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static CalibrationFile ReadCalibration(ModelManifest manifest)
    {
        string name = $"{Root}{manifest.Name}/{manifest.Calibration.File}";
        return CalibrationFile.Read(ReadResource(name), name);
    }

    private static byte[] ReadResource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new ModelException($"This build holds no {name}. Build again from a complete checkout.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
