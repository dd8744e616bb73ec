using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

/// <summary>The right store passes; the wrong ones are the canaries and must be caught.</summary>
public sealed class TortureRunTests(ITestOutputHelper output)
{
    private const ulong Seed = 20250615;

    [Fact]
    public void Run_RightLog_SurvivesTenThousandCuts()
    {
        var options = new TortureOptions
        {
            Seed = Seed,
            Programs = int.MaxValue,
            CutsMax = Emulation.Choose(10_000, 500),
        };
        TortureReport report = new TortureRun(new ToyLog(), options).Run();
        output.WriteLine($"{report}");
        Assert.InRange(report.Cuts, options.CutsMax, options.CutsMax + 1000);
        Assert.InRange(report.SecondCuts, options.CutsMax / 20, options.CutsMax);
    }

    [Theory]
    [InlineData(nameof(ToyFault.AcknowledgesBeforeFlush), 1000)]
    [InlineData(nameof(ToyFault.ForgetsTheDirectory), 1000)]
    [InlineData(nameof(ToyFault.RenamesUnflushed), 1000)]
    [InlineData(nameof(ToyFault.TrustsTheTail), 1000)]
    [InlineData(nameof(ToyFault.KeepsTheTail), 10_000)]
    public void Run_WrongLog_IsCaughtAndCanBeReplayed(string fault, int cutsMax)
    {
        var subject = new ToyLog(Enum.Parse<ToyFault>(fault));
        var options = new TortureOptions { Seed = Seed, Programs = int.MaxValue, CutsMax = cutsMax };
        var caught = Assert.Throws<TortureException>(() => new TortureRun(subject, options).Run());
        output.WriteLine(caught.Message);
        Assert.Contains(caught.Replay, caught.Message);
        var again = Assert.Throws<TortureException>(
            () => new TortureRun(subject, options).Replay(caught.Replay));
        Assert.Equal(caught.Message, again.Message);
        new TortureRun(new ToyLog(), options).Replay("1/0-Prefix-0");
    }

    [Fact]
    public void Run_WrongLog_KeepsTheDiskOfTheFailure()
    {
        using var directory = new TemporaryDirectory();
        string kept = directory.Sub("kept");
        var options = new TortureOptions { Seed = Seed, SecondLifeEvery = 0, KeepFailureIn = kept };
        Assert.Throws<TortureException>(
            () => new TortureRun(new ToyLog(ToyFault.AcknowledgesBeforeFlush), options).Run());
        Assert.True(Directory.Exists(kept));
        Assert.StartsWith("Create log\n", File.ReadAllText(kept + TortureRun.TraceSuffix));
    }

    [Fact]
    public void Replay_TextThatNamesNoCut_Throws()
    {
        var run = new TortureRun(new ToyLog(), new TortureOptions());
        string[] texts = ["", "1", "1/2", "x/1-Random-0", "1/2-Never-0", "1/999999-Random-0"];
        foreach (string text in texts)
        {
            Assert.Throws<FormatException>(() => run.Replay(text));
        }
    }
}
