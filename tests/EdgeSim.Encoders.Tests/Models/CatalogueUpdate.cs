using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// Not a test of behaviour but the one command that makes the committed records anew after a change to a
/// converter, the quantiser or the data: <c>EDGESIM_UPDATE_MODELS=1</c> and this class. With <c>=hashes</c>
/// it keeps the calibration and renews hashes and fingerprints only. Build again afterwards: the records are
/// embedded.
/// </summary>
public sealed class CatalogueUpdate
{
    [Fact]
    public void Update_WhenAskedFor_RewritesTheCommittedRecords()
    {
        string? asked = Environment.GetEnvironmentVariable("EDGESIM_UPDATE_MODELS");
        if (asked is null)
        {
            Assert.Skip("EDGESIM_UPDATE_MODELS is not set: nothing is to be renewed.");
        }

        string store = Directory.CreateTempSubdirectory("edgesim-update-").FullName;
        foreach (ModelManifest manifest in new ModelStore(store).Catalogue)
        {
            string folder = Path.Combine(PackageFiles.Fixture("../.."), "models", manifest.Name);
            string calibrationPath = Path.Combine(folder, manifest.Calibration.File);
            if (asked != "hashes")
            {
                string data = Directory.CreateTempSubdirectory("edgesim-update-").FullName;
                ReferenceData.WriteCalibrationFolder(manifest.Modality, data);
                new ModelStore(store).Calibrate(manifest.Name, new PackageSource(), data, calibrationPath);
                Directory.Delete(data, recursive: true);
            }

            CalibrationFile calibration = CalibrationFile.Read(
                File.ReadAllBytes(calibrationPath), calibrationPath);
            IModelConverter converter = EncoderCatalog.Converter(manifest);
            IReadOnlyDictionary<string, byte[]> files = ModelConversion.Convert(
                converter, new PackageSource().Read(manifest.Origin), calibration, manifest.Model.Name);
            ModelManifest renewed = manifest with
            {
                Model = Describe(manifest.Model.Name, files),
                Text = manifest.Text is { } text
                    ? text with { Vocabulary = Describe(text.Vocabulary.Name, files) }
                    : null,
            };
            renewed = renewed with { Fingerprint = Fingerprint.Of(renewed) };
            File.WriteAllBytes(Path.Combine(folder, "manifest.json"), ManifestJson.Write(renewed));
        }

        Directory.Delete(store, recursive: true);
    }

    private static ModelFile Describe(string name, IReadOnlyDictionary<string, byte[]> files) =>
        new(name, files[name].Length, ModelFiles.Sha256(files[name]));
}
