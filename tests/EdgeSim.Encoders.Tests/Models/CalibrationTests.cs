using EdgeSim.Encoders.Models;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// The committed calibrations are what the stated data gives, within what processors may differ in.
/// </summary>
[Trait(InstalledCatalogue.Emulated, "no")]
public sealed class CalibrationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("edgesim-calibration-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("use-lite")]
    [InlineData("mobilenetv2-openimages")]
    public void Calibrate_StatedData_ReproducesTheCommittedNumbers(string name)
    {
        var store = new ModelStore(Path.Combine(folder, "store"));
        ModelManifest manifest = store.Catalogue.Single(m => m.Name == name);
        Assert.SkipWhen(
            ReferenceData.Stamps is null
                || (manifest.Modality == Modality.Text && ReferenceData.WordNet is null),
            "the calibration data was not fetched");
        string data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        ReferenceData.WriteCalibrationFolder(manifest.Modality, data);
        string path = Path.Combine(folder, "calibration.json");

        store.Calibrate(name, new PackageSource(), data, path);

        CalibrationFile measured = CalibrationFile.Read(File.ReadAllBytes(path), path);
        CalibrationFile committed = ModelCatalogue.ReadCalibration(manifest);
        Assert.Equal(committed.Ranges.Keys, measured.Ranges.Keys);
        foreach ((string tensor, float[] range) in committed.Ranges)
        {
            // One step of the search for the best range is 1/32 of the full range.
            float tolerance = (range[1] - range[0]) / 24;
            Assert.Equal(range[0], measured.Ranges[tensor][0], tolerance);
            Assert.Equal(range[1], measured.Ranges[tensor][1], tolerance);
        }

        Assert.Equal(committed.BiasShifts?.Keys, measured.BiasShifts?.Keys);
        foreach ((string tensor, float[] shifts) in committed.BiasShifts ?? new Dictionary<string, float[]>())
        {
            double moved = shifts.Zip(measured.BiasShifts![tensor], (a, b) => Math.Abs(a - b)).Average();
            Assert.True(moved < 0.02, $"{tensor}: mean difference {moved}");
        }

        Assert.Equal(committed.Mean?.Length, measured.Mean?.Length);
        for (int i = 0; i < (committed.Mean?.Length ?? 0); i++)
        {
            Assert.Equal(committed.Mean![i], measured.Mean![i], 0.02f);
        }
    }

    [Theory]
    [InlineData("use-lite")]
    [InlineData("mobilenetv2-openimages")]
    public void Calibrate_FolderWithoutData_SaysWhatBelongsThere(string name)
    {
        var store = new ModelStore(Path.Combine(folder, "store"));

        var e = Assert.Throws<ModelException>(
            () => store.Calibrate(name, new PackageSource(), folder, Path.Combine(folder, "c.json")));

        Assert.Contains(folder, e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "c.json")));
    }
}
