using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Images;
using EdgeSim.Encoders.Text;

namespace EdgeSim.Encoders;

/// <summary>
/// Which class does what a manifest asks for. Explicit lines: this list is the registration.
/// </summary>
public static class EncoderCatalog
{
    /// <summary>What <see cref="ModelOrigin.Converter"/> may say.</summary>
    private static readonly IModelConverter[] Converters =
    [
        new UseLiteGraph(),
        new MobileNetV2Graph(),
    ];

    /// <summary>Loads an installed model: tens of milliseconds, and its size in memory about twice.</summary>
    /// <param name="manifest">What it is.</param>
    /// <param name="folder">Where its files are, see <see cref="Models.InstalledModel.Folder"/>.</param>
    /// <param name="threads">Threads of one run, 1..64.</param>
    /// <returns>The encoder; the caller disposes it.</returns>
    /// <exception cref="ModelException">
    /// A file or the native runtime is missing, wrong or damaged.
    /// </exception>
    public static IEncoder Open(
        ModelManifest manifest, string folder, int threads) => manifest.Modality switch
    {
        Modality.Text => new TextEncoder(manifest, folder, threads),
        Modality.Image => new ImageEncoder(manifest, folder, threads),
        _ => throw new ModelException(
            $"Model '{manifest.Name}': no encoder takes the modality {manifest.Modality}."),
    };

    /// <summary>The converter that a manifest names.</summary>
    /// <exception cref="ModelException">There is none of that name.</exception>
    internal static IModelConverter Converter(ModelManifest manifest) =>
        Array.Find(Converters, c => c.Name == manifest.Origin.Converter)
        ?? throw new ModelException(
            $"Model '{manifest.Name}' needs the converter '{manifest.Origin.Converter}'. This release "
            + $"has: {string.Join(", ", Converters.Select(c => c.Name))}.");
}
