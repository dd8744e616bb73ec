using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// What the int8 image model keeps of its float original, and whether like pictures are near. On 342
/// captioned photographs of 14 classes; every fourth was used to calibrate and is left out where float and
/// int8 are compared.
/// </summary>
[Trait(InstalledCatalogue.Emulated, "no")]
public sealed class ImageModelTests(InstalledCatalogue catalogue, ITestOutputHelper output)
    : IClassFixture<InstalledCatalogue>, IDisposable
{
    private const string Name = "mobilenetv2-openimages";

    private readonly string folder = Directory.CreateTempSubdirectory("edgesim-stamps-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Encode_UnseenPictures_StayNearTheFloatModel()
    {
        Assert.SkipWhen(ReferenceData.Stamps is null, "the stamps were not fetched");
        ModelManifest manifest = catalogue.Store.Find(Name).Manifest;
        float[][] exact = EncodeFloat(manifest, folder);
        float[][] vectors = EncodeInt8();
        float[] mean = Vectors.Mean([.. exact.Where((_, i) => i % 4 == 0)]);
        int[] unseen = [.. Enumerable.Range(0, exact.Length).Where(i => i % 4 != 0)];

        float[][] centred = [.. unseen.Select(i => Vectors.Centre(exact[i], mean))];
        float[][] mine = [.. unseen.Select(i => vectors[i])];
        double[] cosines = [.. mine.Zip(centred, Vectors.Cosine)];
        double overlap = Vectors.TopTenOverlap(mine, centred);

        output.WriteLine($"{unseen.Length} unseen pictures, centred: cosine mean {cosines.Average():F5}, "
            + $"min {cosines.Min():F5}, top-10 overlap {overlap:F3}");
        Assert.True(cosines.Average() >= 0.994, $"mean cosine {cosines.Average():F5}");
        Assert.True(cosines.Min() >= 0.965, $"least cosine {cosines.Min():F5}");
        Assert.True(overlap >= 0.91, $"top-10 overlap {overlap:F3}");
    }

    /// <summary>The study that chose this model had .595, .473 and .398.</summary>
    [Fact]
    public void Encode_Stamps_NearestPicturesAreOfTheSameClass()
    {
        Assert.SkipWhen(ReferenceData.Stamps is null, "the stamps were not fetched");
        IReadOnlyList<ReferenceData.Stamp> stamps = ReferenceData.ReadStamps();
        float[][] vectors = EncodeInt8();

        (double first, double ten, double average) = Retrieval.OfClasses(vectors, i => stamps[i].Class);

        output.WriteLine($"342 stamps, int8: 1-NN {first:F3}, p@10 {ten:F3}, mAP {average:F3}");
        Assert.True(first >= 0.60, $"1-NN {first:F3}");
        Assert.True(ten >= 0.50, $"p@10 {ten:F3}");
        Assert.True(average >= 0.42, $"mAP {average:F3}");
    }

    /// <summary>
    /// A changed copy of each picture is the query; the original must be the first of all 342.
    /// </summary>
    [Fact]
    public void Encode_ChangedCopies_FindTheirOriginals()
    {
        Assert.SkipWhen(ReferenceData.Stamps is null, "the stamps were not fetched");
        float[][] originals = EncodeInt8();
        using IEncoder encoder = catalogue.Open(Name);
        float[][] copies = Vectors.Encode(
            encoder,
            [
                .. ReferenceData.ReadStamps()
                    .Select(stamp => RgbPicture.Read(stamp.Path).Cropped().Rotated().Recoloured().ToPng())
                    .Select(png => EncoderInput.FromImage(png)),
            ]);

        double first = Retrieval.OfCopies(copies, originals);

        output.WriteLine($"342 copies cropped, rotated and recoloured, int8: original first {first:F3}");
        Assert.True(first >= 0.51, $"original first {first:F3}");
    }

    private float[][] EncodeInt8()
    {
        using IEncoder encoder = catalogue.Open(Name);
        return Vectors.Encode(
            encoder,
            [.. ReferenceData.ReadStamps().Select(s => EncoderInput.FromImage(File.ReadAllBytes(s.Path)))]);
    }

    private static float[][] EncodeFloat(ModelManifest manifest, string folder)
    {
        int number = 0;
        foreach (ReferenceData.Stamp stamp in ReferenceData.ReadStamps())
        {
            File.CreateSymbolicLink(Path.Combine(folder, $"{number++:D3}.png"), stamp.Path);
        }

        using OnnxSession session = InstalledCatalogue.OpenFloat(manifest);
        return
        [
            .. ModelCalibrator.Inputs(
                    manifest, EncoderCatalog.Converter(manifest), new Dictionary<string, byte[]>(), folder)
                .Select(input => session.RunAll(input, ["pooled"])[0].Floats!),
        ];
    }
}
