using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

public sealed class CollectionTortureTests(ITestOutputHelper output)
{
    [Fact]
    public void Collection_PowerCutsAnywhere_HoldsTheCommitsItPromised()
    {
        var options = new TortureOptions
        {
            Seed = 20250612,
            Programs = int.MaxValue,
            CutsMax = Emulation.Choose(5000, 200),
        };
        output.WriteLine($"{new TortureRun(new CollectionSubject(), options).Run()}");
    }
}
