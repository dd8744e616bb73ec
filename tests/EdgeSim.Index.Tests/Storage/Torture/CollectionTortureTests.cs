using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

public sealed class CollectionTortureTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Collection_PowerCutsAnywhere_HoldsTheCommitsItPromised(bool faults)
    {
        var options = new TortureOptions
        {
            Seed = 20250612,
            Programs = int.MaxValue,
            CutsMax = Emulation.Choose(5000, 200),
        };
        var subject = new CollectionSubject(faults: faults);
        output.WriteLine($"{new TortureRun(subject, options).Run()}");
    }

    /// <summary>Each fsync is needed: without it there is a cut that breaks the promise.</summary>
    [Theory]
    [InlineData(nameof(TraceKind.Flush), "segment-")]
    [InlineData(nameof(TraceKind.Flush), "manifest")]
    [InlineData(nameof(TraceKind.Flush), "collection.json")]
    [InlineData(nameof(TraceKind.FlushDirectory), "c")]
    public void Collection_AnFSyncForgotten_IsCaught(string kind, string name)
    {
        var subject = new CollectionSubject(forgets: call =>
            $"{call.Kind}" == kind && Path.GetFileName(call.Path).StartsWith(name, StringComparison.Ordinal));
        var options = new TortureOptions { Seed = 20250612, Programs = int.MaxValue, CutsMax = 2000 };
        var caught = Assert.Throws<TortureException>(() => new TortureRun(subject, options).Run());
        output.WriteLine(caught.Message);
    }
}
