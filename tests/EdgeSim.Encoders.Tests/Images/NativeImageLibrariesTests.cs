using EdgeSim.Encoders.Images;

namespace EdgeSim.Encoders.Tests.Images;

public sealed class NativeImageLibrariesTests
{
    [Fact]
    public void Probe_LibrariesInstalled_TellsTheirVersions()
    {
        IReadOnlyList<NativeImageLibrary> libraries = NativeImageLibraries.Probe();

        Assert.Equal([ImageFormat.Jpeg, ImageFormat.Png], libraries.Select(library => library.Format));
        Assert.All(libraries, library => Assert.True(library.Available, library.Problem));
        Assert.StartsWith("TurboJPEG ", libraries[0].Version, StringComparison.Ordinal);
        Assert.StartsWith("libspng 0.", libraries[1].Version, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_Library_NamesThePackageToInstall()
    {
        ModelException e = NativeImageLibraries.Missing(
            "JPEG", "libturbojpeg.so.0", "libturbojpeg0", new DllNotFoundException());

        Assert.Contains("JPEG pictures cannot be read", e.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libturbojpeg0", e.Message, StringComparison.Ordinal);
    }
}
