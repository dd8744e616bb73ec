using EdgeSim.Commands;

namespace EdgeSim.Tests.Commands;

public sealed class GlobalOptionsTests
{
    [Theory]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("64m", 64L << 20)]
    [InlineData("1GiB", 1L << 30)]
    [InlineData("4096", 4096)]
    [InlineData("8 KiB", 8192)]
    public void ParseBytes_ASize_IsRead(string text, long bytes) =>
        Assert.Equal(bytes, GlobalOptions.ParseBytes("--ram", text));

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1MiB")]
    [InlineData("0")]
    [InlineData("64 parsecs")]
    [InlineData("1.5GiB")]
    [InlineData("99999999999GiB")]
    public void ParseBytes_NotASize_IsRefusedWithAnExample(string text)
    {
        UserException e = Assert.Throws<UserException>(() => GlobalOptions.ParseBytes("--ram", text));
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains("64MiB", e.Message);
    }
}
