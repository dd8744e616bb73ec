using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Graph;

namespace EdgeSim.Index.Tests.Search.Graph;

/// <summary>The pool against a sorted list.</summary>
public sealed class HnswPoolTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 0)]
    [InlineData(7, 100)]
    public void Add_AnyOrder_KeepsTheBest(int wanted, int passing)
    {
        var random = new SplitMix64(2);
        var pool = new HnswPool();
        pool.Reset(wanted, passing);
        var all = new List<(float Key, int Row, bool Counts)>();
        for (int row = 0; row < 100; row++)
        {
            float key = (float)(random.Fraction() - 0.5) * random.Below(3);
            bool counts = passing == 0 || row % 3 == 0;
            all.Add((key, row, counts));
            if (key < pool.Bound)
            {
                pool.Add(key, row, counts);
            }

            // The lowest key wins; of equal ones the row that came first, which is the lower number here.
            (float, int)[] best = all.Where(item => item.Counts)
                .OrderBy(item => item.Key).ThenBy(item => item.Row).Take(wanted)
                .Select(item => (item.Key, item.Row)).ToArray();
            (float, int)[] held = Enumerable.Range(0, pool.Count).Where(pool.IsEligible)
                .Select(i => (pool.Key(i), pool.Row(i))).ToArray();
            Assert.Equal(best, held);
            Assert.Equal(best.Length, pool.Eligible);
            Assert.False(pool.IsFlooded);
        }
    }

    [Fact]
    public void TryExpand_RowsComeNearestFirst_EachOnce()
    {
        var pool = new HnswPool();
        pool.Reset(4, 0);
        pool.Add(3f, 30, true);
        pool.Add(1f, 10, true);
        Assert.True(pool.TryExpand(out int row));
        Assert.Equal(10, row);
        pool.Add(2f, 20, true);
        pool.Add(0.5f, 5, true);
        int[] expected = [5, 20, 30];
        foreach (int next in expected)
        {
            Assert.True(pool.TryExpand(out row));
            Assert.Equal(next, row);
        }

        Assert.False(pool.TryExpand(out _));
    }

    [Fact]
    public void Add_TooManyThatDoNotCount_FloodIt()
    {
        var pool = new HnswPool();
        pool.Reset(2, 3);
        for (int i = 0; i < 8; i++)
        {
            pool.Add(i, i, false);
        }

        Assert.True(pool.IsFlooded);
        Assert.Equal(0, pool.Eligible);
    }
}
