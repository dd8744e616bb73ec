using EdgeSim.Commands;

namespace EdgeSim.Tests.Commands;

public sealed class InputFilesTests
{
    [Fact]
    public void Read_WhatIsNoRegularFile_IsRefusedWithoutOpeningIt()
    {
        using var data = new TemporaryData();
        string pipe = Path.Combine(data.Folder, "pipe.jpg");
        TemporaryData.MakePipe(pipe);
        Assert.Contains("is a pipe", Refused(ExitCode.Data, () => InputFiles.ReadImage(pipe)));
        Assert.Contains("is a device", Refused(ExitCode.Data, () => InputFiles.ReadImage("/dev/zero")));
        Assert.Contains("is a folder", Refused(ExitCode.Data, () => InputFiles.ReadText(data.Folder)));
        Assert.Contains("no such file", Refused(ExitCode.NoInput, () => InputFiles.ReadImage("")));
        Assert.Contains("no such file", Refused(ExitCode.NoInput, () => InputFiles.ReadText(pipe + "/x")));
    }

    /// <summary>The system states 0 bytes for the files of /proc.</summary>
    [Fact]
    public void ReadText_FileWithoutAStatedSize_IsReadToItsEnd() =>
        Assert.Contains("VmRSS", InputFiles.ReadText("/proc/self/status"));

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void ReadAtMost_AnyHintAtAll_GivesAllBytesOrRefuses(int hint)
    {
        byte[] content = [.. Enumerable.Range(0, 10_000).Select(i => (byte)i)];
        Assert.Equal(
            content, InputFiles.ReadAtMost(new MemoryStream(content), hint, content.Length, "it").ToArray());
        Assert.Contains(
            "more than 9999",
            Refused(
                ExitCode.Data,
                () => InputFiles.ReadAtMost(new MemoryStream(content), hint, content.Length - 1, "it")));
    }

    /// <summary>A stream without end stops the reader one byte after the limit.</summary>
    [Fact]
    public void ReadAtMost_EndlessStream_StopsAtTheLimit()
    {
        using var zeros = new FileStream("/dev/zero", FileMode.Open, FileAccess.Read);
        Refused(ExitCode.Data, () => InputFiles.ReadAtMost(zeros, 0, 1 << 20, "zeros"));
    }

    private static string Refused(ExitCode code, Func<object> read)
    {
        UserException e = Assert.Throws<UserException>(() => { read(); });
        Assert.Equal(code, e.Code);
        return e.Message;
    }
}
