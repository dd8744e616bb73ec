using System.Formats.Tar;
using System.IO.Compression;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// Collections that older versions wrote open for ever. A new version of the format gets a fixture of its
/// own, written once by the code that introduced it:
/// <c>EDGESIM_WRITE_FIXTURE=tests/fixtures/index-v2.tar.gz dotnet EdgeSim.Index.Tests.dll -method
/// "*Create_ByThisVersion_IsTheGoldenCollection"</c>.
/// </summary>
public sealed class FixtureTests : IDisposable
{
    private static readonly Guid s_uuid = new("0f9a2c3e-5b7d-4e11-8a3c-9d2b1f0e4c5a");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_WrittenByVersion1_GivesTheSameAnswersAndGoesOnAsVersion2()
    {
        string path = Extract("index-v1");
        CollectionSummary summary = Collection.Describe(path);
        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            collection.Verify();
            Assert.Equal((collection.Count, collection.Bytes), (summary.Count, summary.Bytes));
            Assert.Equal([60, 21], collection.Segments.Select(segment => segment.Rows));
            Assert.Equal([59, 21], collection.Segments.Select(segment => segment.LiveRows));
            AssertVersion1(collection, 80);
        }

        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            AssertVersion1(collection, 80);
            collection.Upsert(1000, Rows.Vector(1000, 51, 20), Rows.Text("new"));
            collection.Delete(200);
            AssertVersion1(collection, 80);
        }

        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            AssertVersion1(collection, 80);
            Assert.Equal(2, collection.Recovery.Batches);
            collection.Seal();
            Assert.Equal([59, 20, 1], collection.Segments.Select(segment => segment.LiveRows));
        }

        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            AssertVersion1(collection, 80);
            Assert.Equal(Rows.Text("new"), collection.PayloadOf(1000));
            Assert.Null(collection.PayloadOf(200));
            for (ulong key = 1001; key < 1005; key++)
            {
                collection.Upsert(key, Rows.Vector(key, 51, 20));
                collection.Seal();
            }

            collection.Compact();
            Assert.Single(collection.Segments);
            AssertVersion1(collection, 84);
        }

        using Collection last = Collection.Open(path, Rows.Quiet);
        AssertVersion1(last, 84);
        Assert.Equal(84, Collection.Describe(path).Count);
        last.Verify();
    }

    [Fact]
    public void Open_WrittenByVersion2_GivesTheSameAnswersAndGoesOn()
    {
        string path = Extract("index-v2");
        CollectionSummary summary = Collection.Describe(path);
        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            Assert.Equal((collection.Count, Options), (summary.Count, summary.Options));
            AssertVersion2(collection);
        }

        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            collection.Compact();
            AssertVersion2(collection, isSealed: true);
        }

        using Collection again = Collection.Open(path, Rows.Quiet);
        AssertVersion2(again, isSealed: true);
        again.Upsert(500, Rows.Vector(500, 81, 12));
        Assert.Equal(75, again.Count);
    }

    [Fact]
    public void Create_ByThisVersion_IsTheGoldenCollection()
    {
        string path = _directory.Sub("index-v2");
        using (Collection collection = CreateVersion2(path))
        {
            AssertVersion2(collection);
        }

        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            AssertVersion2(collection);
        }

        File.Delete(Path.Combine(path, "LOCK"));
        string? keep = Environment.GetEnvironmentVariable("EDGESIM_WRITE_FIXTURE");
        if (!string.IsNullOrEmpty(keep))
        {
            using var gzip = new GZipStream(File.Create(keep), CompressionLevel.SmallestSize);
            TarFile.CreateFromDirectory(path, gzip, includeBaseDirectory: true);
        }
    }

    private static CollectionOptions Options => new()
    {
        Durability = Durability.Interval,
        Vectors =
        [
            new VectorOptions
            {
                Name = "text",
                Dimension = 12,
                Metric = Metric.Cosine,
                Fingerprint = "golden",
                Model = "m",
            },
            new VectorOptions { Name = "image", Dimension = 5, Metric = Metric.Dot, Fingerprint = "" },
        ],
    };

    /// <summary>Two segments with tombstones, a payload index, and a log with changes of all of it.</summary>
    private static Collection CreateVersion2(string path)
    {
        Collection collection = Collection.Create(
            path, Options, Rows.Quiet with { FlushIntervalMs = 60_000 });
        WriteBatch batch = collection.NewBatch();
        for (ulong key = 0; key < 60; key++)
        {
            batch.Upsert(key, PayloadOf(key));
            if (key % 3 != 0)
            {
                batch.Vector("text", Rows.Vector(key, 81, 12));
            }

            if (key % 4 != 0)
            {
                batch.Vector("image", Rows.Vector(key, 82, 5));
            }
        }

        collection.Write(batch);
        collection.CreatePayloadIndex(new PayloadIndexField("place.name", PayloadIndexKind.Keyword));
        collection.Seal();
        batch.Clear();
        for (ulong key = 100; key < 120; key++)
        {
            batch.Upsert(key, Rows.Vector(key, 81, 12), PayloadOf(key));
        }

        batch.Upsert(Guid.Empty, Rows.Vector(1, 83, 12), PayloadOf(1));
        batch.Upsert(ulong.MaxValue, Rows.Vector(2, 83, 12), PayloadOf(2));
        batch.Delete(5);
        batch.Delete(59);
        batch.Upsert(7, Rows.Vector(7, 84, 12), Json("""{"replaced":true}"""));
        collection.Write(batch);
        collection.Seal();
        batch.Clear();
        batch.Upsert(s_uuid, Rows.Vector(3, 83, 12), PayloadOf(3));
        batch.SetPayload(8, Json("""{"deep":[1,-2,3.5,null]}"""), "place");
        batch.Delete(100);
        batch.Delete(9);
        batch.DeleteVectors(10, "image");
        for (ulong key = 101; key < 106; key++)
        {
            batch.Delete(key);
        }

        collection.Write(batch);
        return collection;
    }

    private static void AssertVersion2(Collection collection, bool isSealed = false)
    {
        Assert.Equal(Options, collection.Options);
        Assert.Equal(
            [new PayloadIndexField("place.name", PayloadIndexKind.Keyword)], collection.PayloadIndexes);
        Assert.Equal(isSealed ? 0 : 3, collection.FreshCount);
        collection.Verify();
        ulong[] dead = [5, 9, 59];
        var keys = Enumerable.Range(0, 120).Where(key => key is < 60 or >= 106)
            .Select(key => (ulong)key).Except(dead).Select(key => (Key)key).ToList();
        keys.AddRange([ulong.MaxValue, Guid.Empty, s_uuid]);
        Assert.Equal(keys, collection.Keys());
        Assert.Equal(74, collection.Count);
        using CollectionReader reader = collection.Read();
        foreach (Key key in keys)
        {
            ulong seed = key == Guid.Empty ? 1 : key == ulong.MaxValue ? 2 : key == s_uuid ? 3 : key.Number;
            Assert.True(reader.TryGet(key, out Match row));
            byte[] payload = key == 7 ? Json("""{"replaced":true}""")
                : key == 8
                    ? Json("""{"n":8,"place":{"name":"p0","tags":["a","b8"],"deep":[1,-2,3.5,null]}}""")
                : PayloadOf(seed);
            Assert.Equal(payload, reader.Payload(row).ToArray());
            bool isLate = key.IsUuid || key.Number >= 100 || key == 7;
            Assert.Equal(isLate || key.Number % 3 != 0, reader.HasVector(row, "text"));
            Assert.Equal(!isLate && key.Number % 4 != 0 && key != 10, reader.HasVector(row, "image"));
        }

        var matches = new Match[2];
        reader.Search(Rows.Vector(3, 83, 12), new SearchScratch(), matches, "text");
        Assert.Equal<Key>(s_uuid, matches[0].Key);
        reader.Search(Rows.Vector(7, 84, 12), new SearchScratch(), matches);
        Assert.Equal<Key>(7, matches[0].Key);
        Assert.InRange(matches[0].Score, 0.9998f, 1.0001f);
        Assert.Equal(
            2, reader.Search(Rows.Vector(11, 82, 5), new SearchScratch(), matches, "image").MatchCount);
    }

    private static byte[] PayloadOf(ulong key)
        => Json($$$"""{"n":{{{key}}},"place":{"name":"p{{{key % 4}}}","tags":["a","b{{{key}}}"]}}""");

    private static byte[] Json(string json) => PayloadJson.FromJson(System.Text.Encoding.UTF8.GetBytes(json));

    /// <summary>What version 1 wrote: any bytes were a payload.</summary>
    private static byte[] PayloadOfVersion1(ulong key)
    {
        byte[] payload = new byte[(key * 7) % 41];
        Array.Fill(payload, (byte)(key * 31));
        return payload;
    }

    private static void AssertVersion1(Collection collection, int count)
    {
        VectorOptions vector = Rows.Options(Metric.Cosine, 20).Default;
        Assert.Equal(
            CollectionOptions.Of(vector with { Fingerprint = "golden", Model = "none" }), collection.Options);
        Assert.Equal(count, collection.Count);
        Assert.Equal(count, collection.Keys().Count);
        var matches = new Match[3];
        using CollectionReader reader = collection.Read();
        foreach (ulong key in (ulong[])[0, 59, 105, 209])
        {
            reader.Search(Rows.Vector(key, 51, 20), new SearchScratch(), matches);
            Assert.Equal<Key>(key, matches[0].Key);
            Assert.InRange(matches[0].Score, 0.9998f, 1f);
            Assert.Equal(PayloadOfVersion1(key), reader.Payload(matches[0]).ToArray());
        }

        reader.Search(Rows.Vector(3, 52, 20), new SearchScratch(), matches);
        Assert.Equal<Key>(3, matches[0].Key);
        Assert.Equal("replaced"u8.ToArray(), reader.Payload(matches[0]).ToArray());
    }

    private string Extract(string name)
    {
        string archive = Path.Combine(AppContext.BaseDirectory, "fixtures", name + ".tar.gz");
        using var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(gzip, _directory.Path, overwriteFiles: false);
        return _directory.Sub(name);
    }
}
