using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Transfer;

public sealed class BulkLoadTortureTests(ITestOutputHelper output)
{
    private const ulong Seed = 20251125;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_PowerCutsAnywhere_HappensAsAWholeOrNotAtAll(bool hasFaults)
    {
        var options = new TortureOptions
        {
            Seed = Seed,
            Programs = int.MaxValue,
            CutsMax = LongRun.Choose(3000, 200_000, 100),
            RandomCutsPerStep = 2,
        };
        output.WriteLine($"{new TortureRun(new LoadSubject(hasFaults), options).Run()}");
    }

    /// <summary>The fsyncs of a load are needed: a forgotten one is seen.</summary>
    [Theory]
    [InlineData(nameof(TraceKind.Flush), "segment-")]
    [InlineData(nameof(TraceKind.Flush), "log-")]
    public void Load_AnFSyncForgotten_IsCaught(string kind, string name)
    {
        var subject = new LoadSubject(hasFaults: false, call => $"{call.Kind}" == kind
            && Path.GetFileName(call.Path).StartsWith(name, StringComparison.Ordinal));
        var options = new TortureOptions { Seed = Seed, Programs = int.MaxValue, CutsMax = 3000 };
        var caught = Assert.Throws<TortureException>(() => new TortureRun(subject, options).Run());
        output.WriteLine(caught.Message);
    }
}
