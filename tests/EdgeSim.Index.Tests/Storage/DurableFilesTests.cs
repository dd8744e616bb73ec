using System.IO.Pipes;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Tests.Storage;

public sealed class DurableFilesTests
{
    private const int InvalidArgument = 22;

    /// <summary>A pipe has no disk; it stands for any file whose fsync fails.</summary>
    [Fact]
    public void Flush_FSyncFails_Throws()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var file = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        var error = Assert.Throws<IOException>(() => DurableFiles.Disk.Flush(file));
        Assert.Equal(InvalidArgument, error.HResult);
    }

    [Fact]
    public void Flush_File_Succeeds()
    {
        using var directory = new TemporaryDirectory();
        using SafeFileHandle file = DurableFiles.Disk.Create(directory.Sub("f"));
        DurableFiles.Disk.Write(file, [1, 2, 3], 0);
        DurableFiles.Disk.Flush(file);
    }
}
