using EdgeSim.Encoders.Tests.Images;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// The encoder's laws on the int8 image model as it is installed: JPEG and PNG, upright and turned, one pixel
/// to 1.6 million, with and without transparency.
/// </summary>
public sealed class InstalledImageEncoderTests(InstalledCatalogue catalogue)
    : EncoderContractTests, IClassFixture<InstalledCatalogue>
{
    protected override IReadOnlyList<EncoderInput> Samples =>
    [
        Picture("subsampled.jpg"), Picture("palette.png"), Picture("orientation-6.png"),
        Picture("one-pixel.png"), Picture("cmyk.jpg"), Picture("alpha.png"),
        .. Stamps(),
    ];

    protected override EncoderInput Refused => Picture("truncated.png");

    protected override IEncoder Open() => catalogue.Open("mobilenetv2-openimages");

    private static EncoderInput Picture(string name) => EncoderInput.FromImage(Pictures.Read(name));

    /// <summary>
    /// The smallest, the median and the largest file; none where the stamps were not fetched.
    /// </summary>
    private static IEnumerable<EncoderInput> Stamps()
    {
        string[] paths = ReferenceData.Stamps is null
            ? []
            :
            [
                .. ReferenceData.ReadStamps().Select(stamp => stamp.Path)
                    .OrderBy(path => new FileInfo(path).Length).ThenBy(path => path, StringComparer.Ordinal),
            ];
        return new[] { 0, paths.Length / 2, paths.Length - 1 }.Where(i => i >= 0 && i < paths.Length)
            .Select(i => EncoderInput.FromImage(File.ReadAllBytes(paths[i])));
    }
}
