using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests;

/// <summary>What the changes of a batch mean, and that they happen together or not at all.</summary>
public sealed class WriteBatchTests : IDisposable
{
    private static readonly float[] s_text = [1, 2, 3, 4, 5, 6];
    private static readonly float[] s_image = [9, 8, 7, 6, 5];

    private readonly TemporaryDirectory _directory = new();
    private readonly Collection _collection;

    public WriteBatchTests() => _collection = Collection.Create(
        _directory.Sub("c"), StoreBatch.Options(Durability.None), Rows.Quiet);

    public void Dispose()
    {
        _collection.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Upsert_SameKeyAgain_ReplacesThePoint(bool isSealed)
    {
        _collection.Upsert(7, s_text, Rows.Text("first"));
        Seal(isSealed);
        Assert.Equal(1, _collection.Upsert(7, s_text, Rows.Text("second")).Points);
        Seal(isSealed);
        Assert.Equal(1, _collection.Count);
        Assert.Equal(Rows.Text("second"), _collection.PayloadOf(7));
        Assert.Equal(1, Write(batch => batch.Delete(7)).Points);
        Assert.Equal(0, _collection.Count);
        Assert.Null(_collection.PayloadOf(7));
        Assert.Equal(0, _collection.Delete(7).Points);
        Seal(isSealed);
        Assert.Equal(0, _collection.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Vectors_SomeOfAPoint_AreSetAndTakenAway(bool isSealed)
    {
        Write(batch =>
        {
            batch.Upsert(1, Rows.Text("none"));
            batch.Upsert(2, Rows.Text("both"));
            batch.Vector("image", [0, 0, 0, 0, 1]);
            batch.Vector("text", s_text);
            batch.Vector("image", s_image); // The last one counts.
        });
        Seal(isSealed);
        AssertVectors(1, false, false);
        AssertVectors(2, true, true);
        Assert.Equal(2, Write(batch =>
        {
            batch.SetVectors(1);
            batch.Vector("image", s_image);
            batch.DeleteVectors(2, "text");
            batch.DeleteVectors(99, "text");
            batch.SetVectors(98);
            batch.Vector("text", s_text);
        }).Points);
        Seal(isSealed);
        AssertVectors(1, false, true);
        AssertVectors(2, false, true);
        Assert.Equal(2, _collection.Count);
        Assert.Equal(Rows.Text("both"), _collection.PayloadOf(2));
        using CollectionReader reader = _collection.Read();
        var matches = new Match[5];
        Assert.Equal(0, reader.Search(s_text, new SearchScratch(), matches, "text").MatchCount);
        Assert.Equal(2, reader.Search(s_image, new SearchScratch(), matches, "image").MatchCount);
        Assert.InRange(matches[0].Score, -0.1f, 0);
        Assert.Contains(
            "'sound'",
            Assert.Throws<ArgumentException>(
                () => _collection.Read().Search(s_text, new SearchScratch(), matches, "sound")).Message);
    }

    [Fact]
    public void Payloads_EveryChange_DoesWhatPayloadEditDoes()
    {
        Write(batch =>
        {
            batch.Upsert(1, Json("""{"a":1,"m":{"x":1,"y":[1,2,3]}}"""));
            batch.SetPayload(1, Json("""{"b":2,"a":3}"""));
            batch.SetPayload(1, Json("""{"z":9}"""), "m");
            batch.SetPayload(2, Json("""{"b":2}"""));
        });
        Assert.Equal("""{"a":3,"m":{"x":1,"y":[1,2,3],"z":9},"b":2}""", JsonOf(1));
        Assert.Null(_collection.PayloadOf(2));
        Write(batch => batch.DeletePayload(1, "a", "m.y[1]", "nothing"));
        Assert.Equal("""{"m":{"x":1,"y":[1,3],"z":9},"b":2}""", JsonOf(1));
        Write(batch => batch.OverwritePayload(1, Json("""{"only":true}""")));
        Assert.Equal("""{"only":true}""", JsonOf(1));
        Write(batch => batch.ClearPayload(1));
        Assert.Equal([], _collection.PayloadOf(1)!);
        Assert.Equal(1, _collection.Count);
    }

    [Fact]
    public void Keys_NumbersAndUuids_AreDifferentPointsInOrder()
    {
        Key[] keys =
        [
            0, 1, 255, uint.MaxValue, long.MaxValue, ulong.MaxValue,
            Guid.Empty, new Guid("00000000-0000-0000-0000-000000000001"),
            new Guid("00000000-0000-0001-0000-000000000000"),
            new Guid("ffffffff-ffff-ffff-ffff-ffffffffffff"),
        ];
        Write(batch =>
        {
            foreach (Key key in keys.Reverse())
            {
                batch.Upsert(key, s_text, Rows.Text($"{key}"));
            }
        });
        Check(_collection);
        _collection.Seal();
        Check(_collection);
        _collection.Delete(Guid.Empty);
        Assert.True(Contains(_collection, 0));
        _collection.Upsert(Guid.Empty, s_text, Rows.Text($"{Guid.Empty}"));
        string copy = _directory.CopyOf(_collection.Path, "copy"); // Unclosed: with its log.
        using Collection again = Collection.Open(copy);
        Check(again);

        void Check(Collection collection)
        {
            Assert.Equal(keys, collection.Keys());
            Assert.All(keys, key => Assert.Equal(Rows.Text($"{key}"), collection.PayloadOf(key)));
            Assert.False(Contains(collection, new Guid("00000000-0000-0000-0000-0000000000ff")));
            Assert.False(Contains(collection, 2));
        }
    }

    [Fact]
    public void Write_ReaderBeforeAndAfter_SeesAllOrNothing()
    {
        Write(batch => batch.Upsert(1, s_text, Rows.Text("old")));
        using CollectionReader before = _collection.Read();
        Write(batch =>
        {
            batch.Delete(1);
            batch.Upsert(2, s_text);
            batch.Upsert(1, s_text, Rows.Text("new"));
            batch.Upsert(3, s_text);
            batch.Delete(3);
        });
        Assert.Equal<Key>([1], Rows.Keys(before));
        Assert.True(before.TryGet(1, out Match row));
        Assert.Equal(Rows.Text("old"), before.Payload(row).ToArray());
        Assert.Equal<Key>([1, 2], _collection.Keys());
        Assert.Equal(Rows.Text("new"), _collection.PayloadOf(1));
        Assert.Equal(1ul, before.Sequence);
    }

    [Fact]
    public void Write_BatchThatFailsHalfWay_LeavesNothing()
    {
        byte[] large = Rows.Text(new string('x', IndexLimits.PayloadBytesMax - 100));
        Write(batch =>
        {
            batch.Upsert(1, s_text, large);
            batch.Upsert(2, s_text, Rows.Text("two"));
        });
        _collection.Seal();
        Write(batch => batch.Upsert(3, s_text, Rows.Text("three")));
        var error = Assert.Throws<PayloadException>(() => Write(batch =>
        {
            batch.Delete(2);
            batch.Delete(3);
            batch.Upsert(4, s_text);
            batch.OverwritePayload(1, Rows.Text("changed"));
            batch.OverwritePayload(1, large);
            batch.SetPayload(1, Json($$"""{"more":"{{new string('y', 200)}}"}"""));
        }));
        Assert.Contains("payload", error.Message);
        Check(_collection);
        Assert.Equal(2ul, Write(batch => batch.Delete(77)).Sequence);
        using Collection again = Collection.Open(_directory.CopyOf(_collection.Path, "copy"));
        Check(again);

        void Check(Collection collection)
        {
            Assert.Equal<Key>([1, 2, 3], collection.Keys());
            Assert.Equal(large, collection.PayloadOf(1));
            Assert.Equal(Rows.Text("two"), collection.PayloadOf(2));
            Assert.Equal(Rows.Text("three"), collection.PayloadOf(3));
        }
    }

    [Fact]
    public void Add_WhatIsNotAllowed_IsRefusedAndLeavesTheOthers()
    {
        WriteBatch batch = _collection.NewBatch();
        batch.Upsert(1, s_text, Rows.Text("one"));
        Assert.Throws<VectorException>(() => batch.Upsert(2, new float[2]));
        Assert.Throws<VectorException>(() => batch.Upsert(2, (float[])[1, 2, 3, 4, 5, float.NaN]));
        Assert.Throws<VectorException>(() => batch.Upsert(2, new float[6]));
        Assert.Throws<PayloadException>(() => batch.Upsert(2, s_text, "no map"u8));
        Assert.Throws<PayloadException>(() => batch.Upsert(2, new byte[IndexLimits.PayloadBytesMax + 1]));
        Assert.Throws<PayloadException>(() => batch.SetPayload(1, [0x01]));
        Assert.Throws<PayloadException>(() => batch.SetPayload(1, Rows.Text("x"), "a..b"));
        Assert.Throws<PayloadException>(() => batch.DeletePayload(1, "[["));
        Assert.Throws<ArgumentException>(() => batch.DeleteVectors(1, "sound"));
        Assert.Throws<ArgumentException>(() => batch.Vector("sound", s_text));
        Assert.Throws<VectorException>(() => batch.Vector("image", s_text));
        batch.Delete(9);
        Assert.Throws<InvalidOperationException>(() => batch.Vector("text", s_text));
        Assert.Equal(2, batch.Count);
        Assert.Equal(1, _collection.Write(batch).Points);
        Assert.Equal(Rows.Text("one"), _collection.PayloadOf(1));
        batch.Clear();
        Assert.Equal((0, 0L), (batch.Count, batch.Bytes));
    }

    [Fact]
    public void Add_BeyondTheBounds_SaysSoAndTheBatchCanBeWritten()
    {
        WriteBatch batch = _collection.NewBatch();
        for (int i = 0; i < IndexLimits.BatchPointsMax; i++)
        {
            batch.Delete((ulong)i);
        }

        Assert.Contains(
            "16384 changes", Assert.Throws<ArgumentException>(() => batch.Delete(1)).Message);
        Assert.Equal(0, _collection.Write(batch).Points);
        batch.Clear();
        byte[] large = Rows.Text(new string('x', IndexLimits.PayloadBytesMax - 100));
        ulong key = 0;
        while (batch.Bytes + large.Length + 16 <= IndexLimits.BatchBytesMax)
        {
            batch.Upsert(key++, s_text, large);
        }

        Assert.Throws<ArgumentException>(() => batch.Upsert(key, s_text, large));
        Assert.Equal((int)key, _collection.Write(batch).Points);
        Assert.Equal((long)key, _collection.Count);
        Assert.Equal(large, _collection.PayloadOf(key - 1));
    }

    [Fact]
    public void Write_ChangesThatComeToTooMuch_AreRefused()
    {
        byte[] large = Rows.Text(new string('x', IndexLimits.PayloadBytesMax - 200));
        const int Count = (IndexLimits.RecordBytesMax / IndexLimits.PayloadBytesMax) + 2;
        for (ulong key = 0; key < Count; key++)
        {
            _collection.Upsert(key, s_text, large);
        }

        var error = Assert.Throws<ArgumentException>(() => Write(batch =>
        {
            for (ulong key = 0; key < Count; key++)
            {
                batch.SetPayload(key, Json("""{"small":1}"""));
            }
        }));
        Assert.Contains("Split it", error.Message);
        Assert.Equal(large, _collection.PayloadOf(0));
        Assert.Equal(Count, _collection.Count);
    }

    [Fact]
    public void Write_BatchOfAnotherCollection_IsRefused()
    {
        using Collection other = Collection.Create(_directory.Sub("d"), Rows.Options(Metric.Dot, 4));
        Assert.Throws<ArgumentException>(() => _collection.Write(other.NewBatch()));
    }

    private static byte[] Json(string json) => PayloadJson.FromJson(System.Text.Encoding.UTF8.GetBytes(json));

    private static bool Contains(Collection collection, Key key)
    {
        using CollectionReader reader = collection.Read();
        return reader.Contains(key);
    }

    private string JsonOf(Key key)
        => System.Text.Encoding.UTF8.GetString(PayloadJson.ToJson(_collection.PayloadOf(key)));

    private WriteReceipt Write(Action<WriteBatch> add)
    {
        WriteBatch batch = _collection.NewBatch();
        add(batch);
        return _collection.Write(batch);
    }

    private void Seal(bool isSealed)
    {
        if (isSealed)
        {
            _collection.Seal();
        }
    }

    private void AssertVectors(Key key, bool text, bool image)
    {
        using CollectionReader reader = _collection.Read();
        Assert.True(reader.TryGet(key, out Match row));
        Assert.Equal((text, image), (reader.HasVector(row, "text"), reader.HasVector(row, "image")));
        Assert.Equal(text, reader.HasVector(row));
        var stored = new float[5];
        Assert.Equal(image, reader.TryCopyVector(row, stored, "image"));
        if (image)
        {
            Assert.Equal(StorePoint.Stored(_collection.Options.Vectors[1], s_image), stored);
        }
    }
}
