using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>The exact answer against plain double arithmetic over the stored (dequantised) vectors.</summary>
public sealed class FlatIndexTests
{
    public static TheoryData<Metric, int, int> Cases()
    {
        var cases = new TheoryData<Metric, int, int>();
        foreach (Metric metric in Enum.GetValues<Metric>())
        {
            foreach (int dimension in (int[])[1, 3, 16, 17, 100, 384])
            {
                cases.Add(metric, dimension, Emulation.Choose(700, 150));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Search_RandomRows_EqualsTheOracle(Metric metric, int dimension, int count)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), metric, dimension, count, seed: 30);
        Rows.Add(collection, (ulong)count / 4, count / 4, seed: 31); // Tombstones in the first segment,
        collection.Seal();
        Rows.Add(collection, 7, count / 2, seed: 31); // in both, and dead rows in memory.
        Rows.Add(collection, 9, 30, seed: 32);
        collection.Delete(5000);
        (Key, float[])[] stored = Stored(collection, count);
        var random = new SplitMix64(32);
        var scratch = new SearchScratch();
        foreach (int k in (int[])[1, 10, count, count + 50])
        {
            for (int i = 0; i < 5; i++)
            {
                float[] query = i == 0 ? stored[random.Below(count)].Item2 : random.Vector(dimension);
                var matches = new Match[k];
                SearchStatistics statistics = collection.Search(query, scratch, matches);
                AssertEquals(
                    Rows.Oracle(metric, query, stored, k),
                    matches.AsSpan(0, statistics.MatchCount),
                    stored,
                    metric,
                    query);
                Assert.Equal(count + (count / 4) + (count / 2) + 30, statistics.RowsScanned);
                Assert.True(statistics.Complete);
                Assert.True(statistics.RowsRescored >= statistics.MatchCount);
            }
        }
    }

    [Theory]
    [InlineData(Metric.Cosine, 1e-40f)]
    [InlineData(Metric.Cosine, 1e38f)]
    [InlineData(Metric.Dot, 1e-18f)]
    [InlineData(Metric.Dot, 1e16f)]
    [InlineData(Metric.Euclid, 1e-36f)]
    [InlineData(Metric.Euclid, 1e16f)]
    public void Search_TinyAndHugeValues_EqualsTheOracle(Metric metric, float size)
    {
        const int Count = 200;
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, 20), Rows.Quiet);
        WriteBatch batch = collection.NewBatch();
        for (ulong key = 0; key < Count; key++)
        {
            batch.Upsert(key, Array.ConvertAll(Rows.Vector(key, 33, 20), value => value * size));
        }

        collection.Write(batch);
        (Key, float[])[] stored = Stored(collection, Count);
        float[] query = Array.ConvertAll(Rows.Vector(999, 33, 20), value => value * size);
        var matches = new Match[10];
        collection.Search(query, new SearchScratch(), matches);
        Assert.All(matches, match => Assert.True(float.IsFinite(match.Score)));
        AssertEquals(Rows.Oracle(metric, query, stored, 10), matches, stored, metric, query);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Search_EqualRows_ComeInTheOrderTheyWereAdded(Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, 8), Rows.Quiet);
        float[] vector = [1, 2, 3, 4, 5, 6, 7, 8];
        for (ulong key = 0; key < 300; key++)
        {
            collection.Upsert(1000 - key, vector);
            if (key is 200 or 270 or 290)
            {
                collection.Seal();
            }
        }

        Assert.True(collection.Segments.Count > 1 && collection.FreshCount > 0);
        var matches = new Match[40];
        Assert.Equal(40, collection.Search(vector, new SearchScratch(), matches).MatchCount);
        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => (Key)(1000 - (ulong)i)), matches.Select(match => match.Key));
        Assert.Single(matches.Select(match => match.Score).Distinct());
    }

    [Fact]
    public void Search_ClusteredRows_MeasuresOnlyAFewAgain()
    {
        const int Count = 4000;
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(
            directory.Sub("c"), Metric.Cosine, 128, Emulation.Choose(Count, 1000), 34);
        var matches = new Match[10];
        SearchStatistics statistics = collection.Search(
            Rows.Vector(5, 34, 128), new SearchScratch(), matches);
        Assert.Equal<Key>(5, matches[0].Key);
        Assert.InRange(matches[0].Score, 0.999f, 1f);
        Assert.True(
            statistics.RowsRescored < collection.Count / 5,
            $"{statistics.RowsRescored} of {collection.Count}");
    }

    [Fact]
    public void Search_ZeroQuery_IsRefusedForCosineAndScoresZeroForDot()
    {
        using var directory = new TemporaryDirectory();
        using Collection cosine = Rows.Create(directory.Sub("c"), Metric.Cosine, 4, 5, 35);
        using Collection dot = Rows.Create(directory.Sub("d"), Metric.Dot, 4, 5, 35);
        var matches = new Match[3];
        Assert.Throws<VectorException>(() => cosine.Search(new float[4], new SearchScratch(), matches));
        Assert.Equal(3, dot.Search(new float[4], new SearchScratch(), matches).MatchCount);
        Assert.Equal<Key>([0, 1, 2], matches.Select(match => match.Key));
    }

    [Fact]
    public void Search_ArgumentsThatAreNotAllowed_AreRefused()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), Metric.Cosine, 4, 5, 36);
        var scratch = new SearchScratch();
        Assert.Throws<VectorException>(() => collection.Search(new float[3], scratch, new Match[1]));
        Assert.Throws<VectorException>(
            () => collection.Search([1, 2, 3, float.NaN], scratch, new Match[1]));
        Assert.Throws<ArgumentException>(
            () => collection.Search([1, 2, 3, 4], scratch, new Match[IndexLimits.KMax + 1]));
        Assert.Equal(0, collection.Search([1, 2, 3, 4], scratch, []).MatchCount);
    }

    [Fact]
    public void Search_AfterWarmUp_AllocatesNothing()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), Metric.Euclid, 64, 500, 37);
        Rows.Add(collection, 400, 300, 38);
        float[] query = Rows.Vector(7, 37, 64);
        var scratch = new SearchScratch();
        var matches = new Match[20];
        for (int i = 0; i < 50; i++)
        {
            collection.Search(query, scratch, matches);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            using CollectionReader reader = collection.Read();
            reader.Search(query, scratch, matches);
            _ = reader.Payload(matches[0]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(scratch.Bytes <= SearchScratch.BytesMax);
    }

    private static (Key Key, float[] Stored)[] Stored(Collection collection, int count)
    {
        var rows = new (Key, float[])[count];
        using CollectionReader reader = collection.Read();
        for (int i = 0; i < count; i++)
        {
            float[] vector = new float[collection.Options.Default.Dimension];
            Assert.True(reader.TryGet((ulong)i, out Match row));
            Assert.True(reader.TryCopyVector(row, vector));
            rows[i] = ((ulong)i, vector);
        }

        return rows;
    }

    /// <summary>
    /// Same scores place by place, to float rounding, and each key has the score it claims. Two rows whose
    /// exact scores round to the same float may change places.
    /// </summary>
    private static void AssertEquals(
        (Key Key, double Score)[] expected,
        ReadOnlySpan<Match> matches,
        (Key Key, float[] Stored)[] stored,
        Metric metric,
        float[] query)
    {
        Assert.Equal(expected.Length, matches.Length);
        var keys = new HashSet<Key>();
        for (int i = 0; i < expected.Length; i++)
        {
            double tolerance = Tolerance(metric, query, stored[(int)matches[i].Key.Number].Stored);
            Assert.Equal(expected[i].Score, matches[i].Score, tolerance);
            Assert.Equal(
                Rows.Score(metric, query, stored[(int)matches[i].Key.Number].Stored),
                matches[i].Score,
                tolerance);
            Assert.True(keys.Add(matches[i].Key));
            Assert.True(i == 0 || matches[i - 1].Score >= matches[i].Score);
        }
    }

    /// <summary>
    /// The stored vector is read back as floats, each rounded once: 2^-23 of what is summed, and of the
    /// score.
    /// </summary>
    private static double Tolerance(Metric metric, float[] query, float[] stored)
    {
        double length = Math.Sqrt(stored.Sum(value => (double)value * value));
        double queryLength = Math.Sqrt(query.Sum(value => (double)value * value));
        return 2.4e-7 * metric switch
        {
            Metric.Cosine => 1,
            Metric.Dot => length * queryLength,
            _ => length + queryLength,
        };
    }
}
