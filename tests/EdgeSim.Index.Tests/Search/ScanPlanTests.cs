using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>When a filter is asked, and that a failing thread is the caller's failure.</summary>
public sealed class ScanPlanTests
{
    [Theory]
    [InlineData(1000, 1000, 1000, true)] // An index knows the rows: one of a thousand.
    [InlineData(100_000, 100_000, 100_000, true)]
    [InlineData(900_000, 900_000, 900_000, false)] // It knows them, but nearly all are meant.
    [InlineData(0, 500_000, 1_000_000, false)] // No index: half, perhaps.
    [InlineData(0, 0, 0, true)] // Nothing is meant.
    [InlineData(0, 500, 2000, true)] // An index leaves two thousand to look at.
    public void IsFirst_AMillionRows_FollowsTheEstimate(int min, int expected, int max, bool isFirst)
        => Assert.Equal(
            isFirst, ScanPlan.IsFirst(new Cardinality(min, expected, max), 1_000_000, rowNs: 20, wanted: 10));

    [Fact]
    public void Search_DamagedBlock_IsThrownWithAnyNumberOfThreads_AndTheScratchStaysGood()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        const int Dimension = 1024;
        int rows = Emulation.Choose(4000, 1200);
        using (Collection made = Collection.Create(path, Rows.Options(Metric.Dot, Dimension), Rows.Quiet))
        {
            Rows.Add(made, 0, rows, 1);
            made.Seal();
        }

        var scratch = new SearchScratch();
        string file = Directory.GetFiles(path).MaxBy(name => new FileInfo(name).Length)!;
        Flip(file, new FileInfo(file).Length / 2);
        using (Collection damaged = Collection.Open(path, Rows.Quiet))
        {
            for (int threads = 1; threads < 5; threads++)
            {
                Assert.Throws<IndexCorruptException>(() => Search(damaged, threads));
            }
        }

        Flip(file, new FileInfo(file).Length / 2);
        using Collection whole = Collection.Open(path, Rows.Quiet);
        Assert.Equal(rows, Search(whole, 3).RowsScanned);

        SearchStatistics Search(Collection collection, int threads)
        {
            using CollectionReader reader = collection.Read();
            return reader.Search(
                Rows.Vector(5, 2, Dimension),
                new SearchOptions { Threads = threads },
                scratch,
                new Match[5]);
        }
    }

    private static void Flip(string file, long at)
    {
        using FileStream stream = File.Open(file, FileMode.Open);
        stream.Position = at;
        int value = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(value ^ 0x40));
    }
}
