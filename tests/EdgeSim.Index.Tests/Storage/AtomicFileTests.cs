using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

public sealed class AtomicFileTests
{
    [Fact]
    public void Write_NewAndExistingFile_HasExactlyTheContent()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("settings.json");
        AtomicFile.Write(path, "a long first content"u8);
        AtomicFile.Write(path, "short"u8);
        Assert.Equal("short", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void Write_DirectoryIsMissing_ThrowsAndLeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        Assert.ThrowsAny<IOException>(() => AtomicFile.Write(directory.Sub("no/such/file"), "x"u8));
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public void Replace_FailsAtEveryStep_LeavesTheOldContentOrTheNew()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("f");
        for (int step = 1; step <= 5; step++)
        {
            File.WriteAllText(path, "old");
            Assert.Throws<IOException>(
                () => FaultyFiles.At(step, forEver: true).Replace(path, "new content"u8));
            Assert.Equal(step <= 4 ? "old" : "new content", File.ReadAllText(path));
        }

        FaultyFiles.At(6, forEver: true).Replace(path, "new"u8);
        Assert.Equal("new", File.ReadAllText(path));
    }
}
