using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

public sealed class BulkLoadTests(ITestOutputHelper output)
{
    private const int Dimension = 20;

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 2000)]
    public void RandomLoads_AmongBatches_EqualTheModel(ulong seed, int keys)
    {
        using var directory = new TortureDirectory();
        string path = directory.Sub("c");
        CollectionOptions options = StoreBatch.Options(Durability.None);
        Collection collection = Collection.Create(path, options, Rows.Tiny);
        var model = new StoreModel(options);
        var random = new SplitMix64(seed);
        int loads = 0;
        for (int i = 0; i < LongRun.Choose(300, 5000, 30); i++)
        {
            long tag = (long)(random.Next() >> 1);
            int rows = 1 + random.Below(300);
            int lot = random.Below(20);
            if (lot < 5)
            {
                using BulkLoad load = RandomLoad.Append(collection, tag, rows, keys);
                if (lot < 4)
                {
                    ulong before = SequenceOf(collection);
                    WriteReceipt receipt = load.Commit();
                    Assert.Equal(before + 1, receipt.Sequence);
                    RandomLoad.ApplyTo(model, tag, rows, keys, options);
                    loads++;
                }
            }
            else if (lot == 5)
            {
                collection.Dispose();
                collection = Collection.Open(path, Rows.Tiny);
            }
            else if (lot == 6)
            {
                collection.Compact();
            }
            else
            {
                WriteBatch batch = collection.NewBatch();
                StoreBatch written = StoreBatch.Of(tag, 10, keys);
                written.AddTo(batch, options);
                collection.Write(batch);
                model.Apply(written);
            }

            using CollectionReader reader = collection.Read();
            if (lot < 7)
            {
                model.Compare(reader);
            }
        }

        output.WriteLine($"{loads} loads, {model.Points.Count} points");
        Assert.True(collection.Verify().IsSound);
        collection.Dispose();
        Assert.True(Collection.Verify(path, null).IsSound);
    }

    [Fact]
    public void Load_WhileBatchesAreWritten_KeepsEveryLaterOne()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(
            path, Rows.Options(Metric.Dot, Dimension), new CollectionSettings { SealBytes = 16 << 10 });
        const int Keys = 500;
        using var stop = new CancellationTokenSource();
        ulong newest = 0;
        Task writer = Task.Run(() =>
        {
            for (ulong i = 1; !stop.IsCancellationRequested; i++)
            {
                collection.Upsert(i % Keys, Rows.Vector(i, 1, Dimension), Rows.Text($"{i}"));
                Volatile.Write(ref newest, i);
            }
        });
        for (int round = 0; round < 10; round++)
        {
            using BulkLoad load = collection.StartBulkLoad(new BulkLoadOptions { SegmentRows = 200 });
            for (ulong key = 0; key < 2 * Keys; key++)
            {
                load.Append(key, Rows.Vector(key, 2, Dimension), Rows.Text("loaded"));
            }

            load.Commit();
            ulong seen = Volatile.Read(ref newest);
            using CollectionReader reader = collection.Read();
            Assert.Equal(2 * Keys, reader.Count);
            Assert.True(reader.TryGet(Keys + 1, out Match row));
            Assert.Equal(Rows.Text("loaded"), reader.Payload(row));
            SpinWait.SpinUntil(() => Volatile.Read(ref newest) > seen + 20, 10_000);
        }

        stop.Cancel();
        writer.Wait();
        Assert.Equal(Rows.Text($"{newest}"), collection.PayloadOf(newest % Keys));
        Assert.Equal(2 * Keys, collection.Count);
        Assert.True(collection.Verify().IsSound);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(9600L, 1)]
    [InlineData(3000L, 2)]
    public void Load_OfRowsInAnyNumberExpected_HoldsThemAll(long? expected, int files)
    {
        const int Count = 9600;
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using (
            Collection collection = Collection.Create(path, Rows.Options(Metric.Dot, Dimension), Rows.Quiet))
        {
            using BulkLoad load = collection.StartBulkLoad(new BulkLoadOptions { RowsExpected = expected });
            for (ulong key = 0; key < Count; key++)
            {
                // In no order.
                load.Append(key ^ 5, Rows.Vector(key ^ 5, 3, Dimension), Rows.Payload(key ^ 5));
            }

            Assert.Equal(0, collection.Count);
            Assert.Equal(Count, load.Count);
            load.Commit();
            Assert.Equal(files, collection.Segments.Count);
            Assert.InRange(collection.Bytes, Count * 70, Count * 120);
            Rows.AssertHolds(collection, Count);
        }

        using Collection again = Collection.Open(path, Rows.Quiet);
        Rows.AssertHolds(again, Count);
        Assert.True(again.Verify().IsSound);
    }

    [Fact]
    public void Append_Blocks_EqualsRowByRow()
    {
        using var directory = new TemporaryDirectory();
        foreach (Metric metric in (Metric[])[Metric.Cosine, Metric.Dot, Metric.Euclid])
        {
            CollectionOptions options = Rows.Options(metric, Dimension);
            using Collection one = Collection.Create(directory.Sub($"a{metric}"), options, Rows.Quiet);
            using Collection other = Collection.Create(directory.Sub($"b{metric}"), options, Rows.Quiet);
            using (BulkLoad load = one.StartBulkLoad())
            {
                for (int i = 0; i < 10; i++)
                {
                    ulong[] keys = [.. Enumerable.Range(i * 100, 100).Select(key => (ulong)key)];
                    float[] vectors = [.. keys.SelectMany(key => Rows.Vector(key, 4, Dimension))];
                    load.Append(Array.ConvertAll(keys, key => (Key)key), vectors);
                }

                load.Commit();
            }

            Rows.Add(other, 0, 1000, 4);
            using CollectionReader left = one.Read();
            using CollectionReader right = other.Read();
            for (ulong key = 0; key < 1000; key++)
            {
                Assert.Equal(VectorOf(right, key), VectorOf(left, key));
            }
        }
    }

    [Fact]
    public void SetCodes_KeepsThem()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, 3), Rows.Quiet);
        using BulkLoad load = collection.StartBulkLoad();
        load.SetCodes(null, [3, -4, 0]);
        load.Append(1);
        Assert.Throws<VectorException>(() => load.SetCodes(null, [-128, 0, 0]));
        Assert.Throws<VectorException>(() => load.SetCodes(null, [0, 0, 0]));
        Assert.Throws<VectorException>(() => load.SetCodes(null, [1, 0, 0], float.NaN));
        Assert.Throws<VectorException>(() => load.SetCodes(null, [1, 0]));
        load.Commit();
        using CollectionReader reader = collection.Read();
        Assert.Equal([0.6f, -0.8f, 0f], VectorOf(reader, 1));
    }

    [Fact]
    public void Append_WhatIsRefused_LeavesTheLoadAsItWas()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, 2), Rows.Quiet);
        using BulkLoad load = collection.StartBulkLoad();
        load.Append(1, [1f, 2f]);
        Assert.Throws<VectorException>(() => load.Append(2, [1f, float.NaN]));
        Assert.Throws<VectorException>(() => load.Append(2, [1f]));
        Assert.Throws<PayloadException>(() => load.Append(2, [1f, 2f], [1]));
        var refused = Assert.Throws<VectorException>(
            () => load.Append((Key[])[2, 3], new float[] { 1, 2, float.PositiveInfinity, 4 }));
        Assert.StartsWith("Row 1: Component 0", refused.Message, StringComparison.Ordinal);
        load.Append(3, default(ReadOnlySpan<byte>));
        load.Commit();
        Assert.Equal([1, 3], collection.Keys());
        using CollectionReader reader = collection.Read();
        Assert.Equal([1f, 2f], VectorOf(reader, 1), (a, b) => Math.Abs(a - b) < 0.01f);
        Assert.True(reader.TryGet(3, out Match row));
        Assert.False(reader.HasVector(row));
        Assert.Throws<InvalidOperationException>(() => load.Append(4, [1f, 2f]));
        Assert.Throws<InvalidOperationException>(() => load.Commit());
    }

    [Fact]
    public void Load_GivenUp_LeavesNoFile()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(path, Rows.Options(Metric.Dot, 2), Rows.Quiet);
        string[] before = Directory.GetFiles(path);
        using (BulkLoad load = collection.StartBulkLoad(new BulkLoadOptions { SegmentRows = 2 }))
        {
            for (ulong key = 0; key < 5; key++)
            {
                load.Append(key, [1f, 2f]);
            }

            Assert.True(Directory.GetFiles(path).Length > before.Length);
        }

        Assert.Equal(before.Order(), Directory.GetFiles(path).Order());
        using BulkLoad empty = collection.StartBulkLoad();
        Assert.Equal(0, empty.Commit().Points);
    }

    private static ulong SequenceOf(Collection collection)
    {
        using CollectionReader reader = collection.Read();
        return reader.Sequence;
    }

    private static float[] VectorOf(in CollectionReader reader, Key key)
    {
        Assert.True(reader.TryGet(key, out Match row));
        var vector = new float[reader.Snapshot.Options.Default.Dimension];
        Assert.True(reader.TryCopyVector(row, vector));
        return vector;
    }
}
