using EdgeSim.Encoders;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Engine;

/// <summary>
/// The encoders in use, each loaded when it is first asked for: a service that only searches vectors never
/// pays for a model. Owned by the engine's thread.
/// </summary>
public sealed class EncoderSet(ModelStore store, int threads) : IDisposable
{
    private readonly Dictionary<string, IEncoder> loaded = [];

    /// <summary>The model that is taken for a modality when nobody names one.</summary>
    public static string DefaultModel(Modality modality) => modality switch
    {
        Modality.Text => "use-lite",
        Modality.Image => "mobilenetv2-openimages",
        _ => throw new ArgumentOutOfRangeException(nameof(modality), modality, "no default model"),
    };

    public IReadOnlyCollection<string> Loaded => loaded.Keys;

    /// <summary>The manifest of an installed model, without loading it.</summary>
    /// <exception cref="ModelException">Unknown or not installed.</exception>
    public ModelManifest Manifest(string name) =>
        loaded.TryGetValue(name, out IEncoder? encoder) ? encoder.Manifest : store.Find(name).Manifest;

    /// <summary>
    /// The manifest of the model that a request names, or of the default when it names none.
    /// </summary>
    /// <exception cref="UserException">There is no such model; NoInput.</exception>
    /// <exception cref="ModelException">It is not installed.</exception>
    public ModelManifest Asked(string? name, Modality modality)
    {
        try
        {
            return Manifest(name ?? DefaultModel(modality));
        }
        catch (ModelException e) when (name is not null && !store.IsKnown(name))
        {
            // What the caller has wrong, unlike a model that this machine should have and has not.
            throw new UserException(ExitCode.NoInput, e.Message, e);
        }
    }

    /// <summary>The encoder, loaded now if it is not yet: tens of milliseconds once.</summary>
    /// <exception cref="ModelException">Unknown, not installed or damaged.</exception>
    public IEncoder Get(string name)
    {
        if (!loaded.TryGetValue(name, out IEncoder? encoder))
        {
            InstalledModel model = store.Find(name);
            encoder = EncoderCatalog.Open(model.Manifest, model.Folder, threads);
            loaded.Add(name, encoder);
        }

        return encoder;
    }

    public void Dispose()
    {
        foreach (IEncoder encoder in loaded.Values)
        {
            encoder.Dispose();
        }

        loaded.Clear();
    }
}
