using EdgeSim.Encoders.Conversion;

namespace EdgeSim.Encoders;

/// <summary>Which class does what a manifest asks for. Explicit lines: this list is the registration.</summary>
public static class EncoderCatalog
{
    private static readonly IModelConverter[] Converters = [];

    /// <summary>The converter that a manifest names.</summary>
    /// <exception cref="ModelException">There is none of that name.</exception>
    internal static IModelConverter Converter(ModelManifest manifest) =>
        Array.Find(Converters, c => c.Name == manifest.Origin.Converter)
        ?? throw new ModelException($"Model '{manifest.Name}' needs the converter '{manifest.Origin.Converter}'. This release "
            + $"has: {string.Join(", ", Converters.Select(c => c.Name))}.");
}
