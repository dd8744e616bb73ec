using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests;

/// <summary>
/// Readers see what one batch left, whatever goes on, over rows in files, being sealed and in memory.
/// </summary>
public sealed class CollectionReaderTests : IDisposable
{
    private const int Dimension = 6;

    private readonly TemporaryDirectory _directory = new();
    private readonly FaultyFiles _disk = new();
    private readonly Collection _collection;

    public CollectionReaderTests() => _collection = Collection.Create(
        _directory.Sub("c"), Rows.Options(Metric.Dot, Dimension), Rows.Quiet, _disk);

    public void Dispose()
    {
        _disk.Heal();
        _collection.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Scroll_SegmentsRowsBeingSealedAndRowsInMemory_IsInKeyOrder()
    {
        FillThreeWays();
        using CollectionReader reader = _collection.Read();
        Assert.Equal((1, 2), (reader.Snapshot.Views.Length, reader.Snapshot.Fresh.Length));
        var expected = Enumerable.Range(0, 90).Where(key => key % 10 != 3)
            .Select(key => (Key)(ulong)key).ToList();
        Assert.Equal(expected.Count, reader.Count);
        Assert.Equal(expected, Rows.Keys(reader));
        foreach (int page in (int[])[1, 2, 7, 81, 200])
        {
            var rows = new Match[page];
            Key? from = 17;
            var found = new List<Key>();
            while (from is not null)
            {
                int count = reader.Scroll(from, rows, out from);
                Assert.True(count == page || from is null);
                found.AddRange(rows[..count].Select(match => match.Key));
            }

            Assert.Equal(expected.Where(key => key >= 17), found);
        }

        Assert.Equal(0, reader.Scroll(from: 90, new Match[3], out Key? next));
        Assert.Null(next);
        Assert.Equal(0, reader.Scroll(null, [], out next));
        Assert.Equal<Key?>(0, next);
        Assert.Equal(1, reader.Scroll(from: 83, new Match[1], out next)); // 83 is dead.
        Assert.Equal<Key?>(85, next);
        Assert.Equal(expected.Count, reader.CountOf(null));
    }

    [Fact]
    public void TryGet_KeyInAnyPlace_GivesTheNewestRow()
    {
        FillThreeWays();
        using CollectionReader reader = _collection.Read();
        for (ulong key = 0; key < 100; key++)
        {
            bool isThere = key < 90 && key % 10 != 3;
            Assert.Equal(isThere, reader.TryGet(key, out Match row));
            Assert.Equal(isThere, reader.Contains(key));
            if (isThere)
            {
                Assert.Equal((key, 0f), (row.Key.Number, row.Score));
                Assert.Equal(Rows.Payload(key), reader.Payload(row).ToArray());
            }
        }
    }

    [Fact]
    public void Read_HeldWhileEverythingChanges_SeesTheOldStateForEver()
    {
        FillThreeWays();
        using CollectionReader held = _collection.Read();
        var keys = Rows.Keys(held);
        var before = new Match[100];
        float[] query = Rows.Vector(1, 9, Dimension);
        int count = held.Search(query, new SearchScratch(), before).MatchCount;
        Assert.Equal(keys.Count, count);
        _disk.Heal();
        _collection.Seal();
        AssertSame(held);
        WriteBatch batch = _collection.NewBatch();
        for (ulong key = 0; key < 200; key += 2)
        {
            batch.Delete(key);
            batch.Upsert(key + 1, query, Rows.Text("other"));
        }

        _collection.Write(batch);
        AssertSame(held);
        _collection.Compact();
        AssertSame(held);
        using CollectionReader middle = _collection.Read();
        Assert.Equal(100, middle.Count);
        for (int i = 0; i < 3; i++)
        {
            Rows.Add(_collection, 0, 150, 77);
            _collection.Compact();
            AssertSame(held);
        }

        Assert.Equal(100, middle.Count);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (Key)(ulong)((2 * i) + 1)), Rows.Keys(middle));

        void AssertSame(in CollectionReader reader)
        {
            Assert.Equal(keys, Rows.Keys(reader));
            var after = new Match[100];
            Assert.Equal(count, reader.Search(query, new SearchScratch(), after).MatchCount);
            Assert.Equal(before, after);
            foreach (Match match in after.AsSpan(0, count))
            {
                Assert.Equal(Rows.Payload(match.Key.Number), reader.Payload(match).ToArray());
            }
        }
    }

    [Fact]
    public void Payload_RowOfAnotherReader_IsAClearError()
    {
        Rows.Add(_collection, 0, 5, 71);
        Match row;
        using (CollectionReader reader = _collection.Read())
        {
            Assert.True(reader.TryGet(2, out row));
        }

        _collection.Seal();
        using CollectionReader later = _collection.Read();
        Assert.Throws<ArgumentException>(() => Payload(row));
        Assert.Throws<ArgumentException>(() => Payload(row with { Segment = 1, Ordinal = 5 }));
        Assert.Throws<ArgumentException>(() => Payload(row with { Segment = 1, Ordinal = -1 }));
        Assert.True(later.TryGet(2, out row));
        Assert.Equal(Rows.Payload(2), later.Payload(row).ToArray());

        int Payload(Match match)
        {
            using CollectionReader reader = _collection.Read();
            return reader.Payload(match).Length;
        }
    }

    [Fact]
    public void Seal_RowsChangeMeanwhile_AreChangedInTheSegmentToo()
    {
        FillThreeWays();
        _collection.Delete(40); // Of those being sealed.
        _collection.Upsert(41, Rows.Vector(41, 5, Dimension), Rows.Text("newer"));
        _disk.Heal();
        _collection.Seal();
        Assert.Equal(0, _collection.FreshCount);
        Assert.DoesNotContain<Key>(40, _collection.Keys());
        Assert.Equal(Rows.Text("newer"), _collection.PayloadOf(41));
        Assert.Equal(80, _collection.Count);
        _collection.Upsert(40, Rows.Vector(40, 5, Dimension), Rows.Text("back"));
        using Collection again = Collection.Open(_directory.CopyOf(_collection.Path, "copy"), Rows.Quiet);
        Assert.Equal(_collection.Keys(), again.Keys());
        Assert.Equal(Rows.Text("newer"), again.PayloadOf(41));
        Assert.Equal(Rows.Text("back"), again.PayloadOf(40));
    }

    /// <summary>
    /// Keys 0 to 60 in a file, 30 to 75 waiting for a disk that refuses new files, 70 to 90 in memory; those
    /// that end in 3 deleted in each way.
    /// </summary>
    private void FillThreeWays()
    {
        Rows.Add(_collection, 0, 60, 71);
        _collection.Seal();
        Rows.Add(_collection, 30, 45, 71);
        Delete(3, 43);
        _disk.FailWhen(
            call => call.Kind == TraceKind.Create && call.Path.Contains("segment-"), Errno.NoSpace);
        Assert.Throws<IndexStorageException>(_collection.Seal);
        Rows.Add(_collection, 70, 20, 71);
        Delete(13, 23, 33, 53, 63, 73, 83);
    }

    private void Delete(params ulong[] keys)
    {
        WriteBatch batch = _collection.NewBatch();
        Array.ForEach(keys, key => batch.Delete(key));
        Assert.Equal(keys.Length, _collection.Write(batch).Points);
    }
}
