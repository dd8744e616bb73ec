using EdgeSim.Encoders.Models;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Encoders.Tests.Models;

public sealed class ModelFilesTests
{
    [Fact]
    public void SyncFile_FSyncFails_SaysWhichFileAndErrno()
    {
        // A device that cannot be synchronised: EINVAL.
        using SafeFileHandle file = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        var refused = Assert.Throws<ModelException>(() => ModelFiles.SyncFile(file, "weights.bin"));
        Assert.StartsWith("weights.bin: fsync failed: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("errno 22", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteDurably_NewFile_HasTheBytes_AndNoOtherIsWrittenOver()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            ModelFiles.WriteDurably(path, [1, 2, 3]);
            Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
            Assert.Throws<IOException>(() => ModelFiles.WriteDurably(path, [4]));
            Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
