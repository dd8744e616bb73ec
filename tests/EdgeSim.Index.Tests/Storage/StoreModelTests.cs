using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// Long random programs against a plain dictionary that says what the collection must hold.
/// </summary>
public sealed class StoreModelTests(ITestOutputHelper output)
{
    private const int ChangesMax = 10;

    [Theory]
    [InlineData(1001, Durability.None, 60)]
    [InlineData(1002, Durability.None, 2500)]
    [InlineData(1003, Durability.Always, 500)]
    [InlineData(1004, Durability.Interval, 200)]
    public void RandomChanges_WithSealsMergesAndReopenings_EqualTheModel(
        ulong seed, Durability durability, int keys)
    {
        using var directory = new TortureDirectory();
        string path = directory.Sub("c");
        var settings = Rows.Tiny with { Durability = durability, FlushIntervalMs = 10 };
        Collection collection = Collection.Create(path, StoreBatch.Options(durability), settings);
        var model = new StoreModel(collection.Options);
        var random = new SplitMix64(seed);
        int changesToDo = LongRun.Choose(25_000, 500_000, 500);
        int changes = 0;
        int sealings = 0;
        while (changes < changesToDo)
        {
            int lot = random.Below(30);
            if (lot == 0)
            {
                collection.Dispose();
                collection = Collection.Open(path, settings);
                Assert.Equal(0, collection.Recovery.DiscardedBytes);
            }
            else if (lot <= 2)
            {
                collection.Seal();
                sealings++;
                Assert.Equal(0, collection.FreshCount);
            }
            else if (lot == 3)
            {
                collection.Compact();
                Assert.All(
                    collection.Segments, segment => Assert.True(segment.LiveRows * 10 >= segment.Rows * 9));
            }

            changes += RunHeld(collection, model, keys, ref random);
            if (lot <= 4)
            {
                using CollectionReader reader = collection.Read();
                model.Compare(reader);
                Assert.Equal(model.Points.Count, Collection.Describe(path).Count);
            }
        }

        output.WriteLine($"seed {seed}: {changes} changes, {sealings} seals, {model.Points.Count} points");
        collection.Verify();
        collection.Dispose();
        using Collection again = Collection.Open(path, settings);
        using CollectionReader last = again.Read();
        model.Compare(last);
    }

    /// <summary>Some batches, and a reader that is held meanwhile and must not notice them.</summary>
    private static int RunHeld(Collection collection, StoreModel model, int keys, ref SplitMix64 random)
    {
        using CollectionReader held = collection.Read();
        StoreModel before = model.Clone();
        WriteBatch write = collection.NewBatch();
        int changes = 0;
        for (int i = random.Below(20); i >= 0; i--)
        {
            StoreBatch batch = StoreBatch.Of((long)(random.Next() >> 1), ChangesMax, keys);
            batch.AddTo(write, collection.Options);
            ulong sequence = collection.Write(write).Sequence;
            model.Apply(batch);
            changes += batch.Changes.Count;
            using CollectionReader reader = collection.Read();
            Assert.Equal(sequence, reader.Sequence);
            Assert.Equal(model.Points.Count, reader.Count);
            foreach (StoreChange change in batch.Changes)
            {
                model.ComparePoint(reader, change.Key);
            }

            if (random.Below(50) == 0)
            {
                collection.Seal();
            }
        }

        if (random.Below(4) == 0)
        {
            before.Compare(held);
        }

        return changes;
    }
}
