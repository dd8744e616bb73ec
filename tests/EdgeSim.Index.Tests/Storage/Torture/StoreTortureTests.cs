using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

/// <summary>The promise of the store after power cuts, and that each fsync is needed for it.</summary>
[Trait("kernels", "any")]
public sealed class StoreTortureTests(ITestOutputHelper output)
{
    private const ulong Seed = 20251124;

    [Theory]
    [InlineData(Durability.Always, false, 4000)]
    [InlineData(Durability.Interval, false, 3000)]
    [InlineData(Durability.None, false, 3000)]
    [InlineData(Durability.Always, true, 4000)]
    [InlineData(Durability.Interval, true, 4000)]
    [InlineData(Durability.None, true, 4000)]
    public void Store_PowerCutsAnywhere_HoldsWhatItPromised(Durability durability, bool hasFaults, int cuts)
    {
        var options = new TortureOptions
        {
            Seed = Seed,
            Programs = int.MaxValue,
            CutsMax = LongRun.Choose(cuts, 40 * cuts, 100),
            RandomCutsPerStep = 2,
        };
        var subject = new StoreSubject { Durability = durability, HasFaults = hasFaults, Batches = 9 };
        output.WriteLine($"{new TortureRun(subject, options).Run()}");
    }

    /// <summary>Vectors change their places in every merge, also in one that is gone on with.</summary>
    [Theory]
    [InlineData(Durability.Always, false, 1500)]
    [InlineData(Durability.None, true, 1500)]
    public void StoreWithLists_PowerCutsAnywhere_HoldsWhatItPromised(
        Durability durability, bool hasFaults, int cuts)
    {
        var options = new TortureOptions
        {
            Seed = Seed,
            Programs = int.MaxValue,
            CutsMax = LongRun.Choose(cuts, 40 * cuts, 100),
            RandomCutsPerStep = 2,
        };
        var subject = new StoreSubject
        {
            Durability = durability,
            HasFaults = hasFaults,
            Batches = 9,
            Lists = new ListOptions { RowsMin = 2, Threads = 1 },
        };
        output.WriteLine($"{new TortureRun(subject, options).Run()}");
    }

    /// <summary>Each fsync is needed: without it there is a cut that breaks the promise.</summary>
    [Theory]
    [InlineData(nameof(TraceKind.Flush), "log-")]
    [InlineData(nameof(TraceKind.Flush), "segment-")]
    [InlineData(nameof(TraceKind.Flush), "state-")]
    [InlineData(nameof(TraceKind.Flush), "manifest")]
    [InlineData(nameof(TraceKind.Flush), "collection.json")]
    [InlineData(nameof(TraceKind.FlushDirectory), "c")]
    public void Store_AnFSyncForgotten_IsCaught(string kind, string name)
    {
        var subject = new StoreSubject
        {
            Forgets = call => $"{call.Kind}" == kind
                && Path.GetFileName(call.Path).StartsWith(name, StringComparison.Ordinal),
        };
        var options = new TortureOptions { Seed = Seed, Programs = int.MaxValue, CutsMax = 3000 };
        var caught = Assert.Throws<TortureException>(() => new TortureRun(subject, options).Run());
        output.WriteLine(caught.Message);
    }
}
