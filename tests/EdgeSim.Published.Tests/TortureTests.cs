using System.Text.Json;

namespace EdgeSim.Published.Tests;

public sealed class TortureTests
{
    [Fact]
    public void Torture_SomeSeconds_KeepsEveryPromise()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(
            data.Path, "torture", "--seed", "7", "--minutes", "0.05", "--json");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("seed 7", run.Error);
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        Assert.True(report.GetProperty("cuts").GetInt64() > 1000);
        Assert.Equal(7u, report.GetProperty("seed").GetUInt64());
    }

    [Fact]
    public void Torture_Replay_DoesOneCutAgain()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, "torture", "--replay", "0:7/40-Random-1");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("every promise was kept", run.Output);
    }

    [Theory]
    [InlineData("--replay", "9:1/2")]
    [InlineData("--replay", "0:x")]
    [InlineData("--minutes", "0")]
    public void Torture_BadValue_SaysWhatIsExpected(string option, string value)
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, "torture", option, value);
        Assert.Equal(64, run.ExitCode);
        Assert.DoesNotContain("   at ", run.Error);
    }
}
