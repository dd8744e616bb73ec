namespace EdgeSim.Encoders.Models;

/// <summary>
/// The folder with installed models, one sub-folder a model: its ONNX file, its vocabulary, its manifest. A
/// folder that a user puts there with a manifest of its own is a model like any other. Safe for several
/// processes: a model's folder appears complete, by one rename, or not at all.
/// </summary>
public sealed class ModelStore
{
    private const string ManifestName = "manifest.json";

    /// <param name="folder">Where models are kept; made when the first is installed.</param>
    public ModelStore(string folder)
    {
        Folder = Path.GetFullPath(folder);
        Catalogue = ModelCatalogue.ReadAll();
    }

    /// <summary>Absolute path.</summary>
    public string Folder { get; }

    /// <summary>Models that <see cref="Install"/> can make, by name.</summary>
    public IReadOnlyList<ModelManifest> Catalogue { get; }

    /// <summary>The models in the folder that <see cref="Find"/> would accept, by name.</summary>
    public IReadOnlyList<InstalledModel> Installed()
    {
        var found = new List<InstalledModel>();
        IEnumerable<string> folders = Directory.Exists(Folder) ? Directory.EnumerateDirectories(Folder) : [];
        foreach (string folder in folders.Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(folder);
            if (ManifestRules.IsFileName(name) && IsInstalled(name))
            {
                found.Add(Find(name));
            }
        }

        return found;
    }

    /// <summary>
    /// True when there is such a model: in the catalogue, installed or not, or in the folder, however broken.
    /// </summary>
    public bool IsKnown(string name) =>
        ManifestRules.IsFileName(name)
        && (Catalogue.Any(model => model.Name == name)
            || File.Exists(Path.Combine(Folder, name, ManifestName)));

    /// <summary>True when the model's files are there, with the sizes and the fingerprint expected.</summary>
    /// <remarks>Reads the manifest only; contents are checked by <see cref="Check"/>.</remarks>
    public bool IsInstalled(string name) => Examine(name, out _) is null;

    /// <summary>
    /// Opens a model's folder. Cheap: sizes are checked, contents are not (see <see cref="Check"/>).
    /// </summary>
    /// <param name="name">As in its manifest.</param>
    /// <exception cref="ModelException">Unknown, not installed, incomplete or of another version.</exception>
    public InstalledModel Find(string name)
    {
        string? problem = Examine(name, out InstalledModel? model);
        return problem is null ? model! : throw new ModelException(problem);
    }

    /// <summary>
    /// Makes a model of the catalogue from its package and puts it in place. Does nothing when it is
    /// installed. Seconds; a cut in the middle leaves nothing but a hidden folder, which the next
    /// installation removes.
    /// </summary>
    /// <exception cref="ModelException">
    /// Unknown name, no package, or the result is not the one that was released.
    /// </exception>
    public InstalledModel Install(
        string name, PackageSource packages, IProgress<InstallProgress>? progress = null)
    {
        ModelManifest manifest = Catalogue.FirstOrDefault(m => m.Name == name) ?? throw Unknown(name);
        if (IsInstalled(name))
        {
            return Find(name);
        }

        var installer = new ModelInstaller(Folder, manifest, progress);
        installer.Install(packages, ModelCatalogue.ReadCalibration(manifest), () => IsInstalled(name));
        return Find(name);
    }

    /// <summary>Deletes an installed model.</summary>
    /// <returns>False when there was none.</returns>
    public bool Remove(string name)
    {
        RequireName(name);
        string folder = Path.Combine(Folder, name);
        if (!Directory.Exists(folder))
        {
            return false;
        }

        // Out of sight first: a removal that is cut short leaves no half model under the name.
        string hidden = ModelInstaller.HiddenFolder(Folder, name);
        Directory.Move(folder, hidden);
        Directory.Delete(hidden, recursive: true);
        return true;
    }

    /// <summary>Hashes every file of an installed model. O(bytes).</summary>
    /// <exception cref="ModelException">Missing, or a file is not what the manifest states.</exception>
    public void Check(string name)
    {
        InstalledModel model = Find(name);
        foreach (ModelFile file in FilesOf(model.Manifest))
        {
            ModelFiles.RequireIntact(model.Folder, name, file);
        }
    }

    /// <summary>
    /// For developers of a model: measures the int8 ranges and the mean that its committed calibration.json
    /// records. Installing never does this, because float results differ between processors in their last
    /// bits.
    /// </summary>
    /// <param name="name">A model of the catalogue.</param>
    /// <param name="packages">Where its package comes from.</param>
    /// <param name="dataFolder">
    /// Pictures (.png, .jpg), or .txt files with one text a line; subfolders count.
    /// </param>
    /// <param name="outputPath">The file to write.</param>
    /// <exception cref="ModelException">Unknown name, no package, or no usable data.</exception>
    public void Calibrate(string name, PackageSource packages, string dataFolder, string outputPath)
    {
        ModelManifest manifest = Catalogue.FirstOrDefault(m => m.Name == name) ?? throw Unknown(name);
        CalibrationFile measured = ModelCalibrator.Measure(
            manifest, packages.Read(manifest.Origin), dataFolder);
        string beside = $"{outputPath}.{Guid.NewGuid():N}.part";
        ModelFiles.WriteDurably(beside, measured.Write());
        File.Move(beside, outputPath, overwrite: true);
    }

    internal static IEnumerable<ModelFile> FilesOf(ModelManifest manifest) =>
        manifest.Text is { } text ? [manifest.Model, text.Vocabulary] : [manifest.Model];

    /// <summary>Null when the model is usable, else what is wrong and what to do.</summary>
    private string? Examine(string name, out InstalledModel? model)
    {
        model = null;
        RequireName(name);
        string folder = Path.Combine(Folder, name);
        string path = Path.Combine(folder, ManifestName);
        ModelManifest? released = Catalogue.FirstOrDefault(m => m.Name == name);
        if (!File.Exists(path))
        {
            return released is null
                ? Unknown(name).Message
                : $"Model '{name}' is not installed in {Folder}. Run: edgesim models install {name}";
        }

        ModelManifest manifest;
        try
        {
            manifest = ManifestJson.ReadManifest(File.ReadAllBytes(path), path);
        }
        catch (ModelException e)
        {
            return e.Message;
        }

        if (manifest.Name != name)
        {
            return $"{path}: names the model '{manifest.Name}', its folder '{name}'. They must be equal.";
        }

        string fingerprint = Fingerprint.Of(manifest);
        if (manifest.Fingerprint != fingerprint)
        {
            return $"{path}: the fingerprint is {manifest.Fingerprint}, its fields give {fingerprint}. "
                + "Write that one, or restore the file.";
        }

        if (released is not null && released.Fingerprint != fingerprint)
        {
            return $"Model '{name}' in {folder} is not the one of this release (fingerprint {fingerprint}, "
                + $"released {released.Fingerprint}). Run: edgesim models install {name}";
        }

        foreach (ModelFile file in FilesOf(manifest))
        {
            var info = new FileInfo(Path.Combine(folder, file.Name));
            if (!info.Exists || info.Length != file.Bytes)
            {
                string found = info.Exists ? $"has {info.Length} bytes" : "is missing";
                return $"{info.FullName}: {found}, the manifest states "
                    + $"{file.Bytes} bytes. Run 'edgesim models remove {name}', then install it again.";
            }
        }

        model = new InstalledModel(manifest, folder);
        return null;
    }

    private void RequireName(string name)
    {
        if (!ManifestRules.IsFileName(name))
        {
            throw Unknown(name);
        }
    }

    private ModelException Unknown(string name) => new(
        $"There is no model '{name}'. Known: {string.Join(", ", Catalogue.Select(m => m.Name))}.");
}
