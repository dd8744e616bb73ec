using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>What is exported and imported again is the same.</summary>
public sealed class RoundTripTests
{
    private const int Dimension = 19;

    public static TheoryData<Metric, PointFormat> Cases => new(
        from metric in (Metric[])[Metric.Cosine, Metric.Dot, Metric.Euclid]
        from format in Enum.GetValues<PointFormat>()
        where format is not (PointFormat.U8bin or PointFormat.Bvecs)
        where format != PointFormat.I8bin || metric == Metric.Cosine
        select (metric, format));

    [Theory]
    [MemberData(nameof(Cases))]
    public void ExportThenImport_OfFloatsOfAnySize_GivesTheSameCodes(Metric metric, PointFormat format)
    {
        const int Count = 700;
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("a"), Rows.Options(metric, Dimension), Rows.Quiet);
        var random = new SplitMix64(5);
        for (int i = 0; i < Count; i++)
        {
            // Lengths of all magnitudes, the largest and the smallest allowed among them.
            float[] vector = random.Vector(Dimension);
            float size = (i % 9) switch
            {
                0 => IndexLimits.ComponentMax / vector.Max(Math.Abs),
                1 => 1e-38f,
                2 => 1e-42f,
                _ => MathF.Pow(10, random.Below(33) - 18),
            };
            Key key = i % 3 == 0 ? new Key(true, random.Next(), random.Next()) : random.Next();
            float[] scaled = Array.ConvertAll(vector, value => Math.Clamp(
                value * size, -IndexLimits.ComponentMax, IndexLimits.ComponentMax));
            scaled[0] = scaled[0] == 0 ? 1e-44f : scaled[0];
            collection.Upsert(key, scaled, Rows.Payload((ulong)i));
        }

        using Collection again = Transferred(collection, directory, format);
        Assert.Equal(collection.Keys(), again.Keys());
        foreach (Key key in collection.Keys())
        {
            Assert.Equal(collection.CodesOf(key, ""), again.CodesOf(key, ""));
            Assert.Equal(collection.PayloadOf(key), again.PayloadOf(key));
            float[] stored = collection.VectorOf(key);
            float tolerance = stored.Max(Math.Abs) * (metric == Metric.Cosine ? 0.02f : 1e-6f);
            Assert.Equal(
                stored,
                again.VectorOf(key),
                (a, b) => Math.Abs(a - b) <= tolerance || format == PointFormat.I8bin);
        }
    }

    [Theory]
    [InlineData(PointFormat.JsonLines)]
    [InlineData(PointFormat.MessagePack)]
    public void ExportThenImport_OfNamedVectors_GivesTheSamePoints(PointFormat format)
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = StoreBatch.Options(Durability.None);
        using Collection collection = Collection.Create(directory.Sub("a"), options, Rows.Tiny);
        var random = new SplitMix64(6);
        for (int i = 0; i < 60; i++)
        {
            WriteBatch batch = collection.NewBatch();
            StoreBatch.Of((long)(random.Next() >> 1), 10, 200).AddTo(batch, options);
            collection.Write(batch);
        }

        using Collection again = Transferred(collection, directory, format);
        Assert.Equal(collection.Keys(), again.Keys());
        foreach (Key key in collection.Keys())
        {
            Assert.Equal(collection.PayloadOf(key), again.PayloadOf(key));
            Assert.Equal(collection.CodesOf(key, "text"), again.CodesOf(key, "text"));
            Assert.Equal(collection.CodesOf(key, "image"), again.CodesOf(key, "image"));
        }
    }

    [Theory]
    [InlineData(PointFormat.U8bin)]
    [InlineData(PointFormat.Bvecs)]
    public void ExportThenImport_OfWholeNumbers_GivesThemWithinTheirCodes(PointFormat format)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("a"), Rows.Options(Metric.Euclid, 4), Rows.Quiet);
        collection.Upsert(1, [0, 127, 5, 64]);
        collection.Upsert(2, [255, 0, 1, 254]);
        using Collection again = Transferred(collection, directory, format);
        Assert.Equal([0f, 127f, 5f, 64f], again.VectorOf(1));
        Assert.Equal([255f, 0f, 1f, 254f], again.VectorOf(2), (a, b) => Math.Abs(a - b) <= 2.01f);
        collection.Upsert(3, [-5, 0, 1, 2]);
        var refused = Assert.Throws<TransferException>(
            () => collection.Export(directory.Sub("x"), format, new ExportOptions()));
        Assert.Contains("point 3", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.Sub("x")));
    }

    [Fact]
    public void Export_WhereAFileIs_NeedsToBeTold()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("a"), Metric.Dot, 3, 10, 1);
        string path = directory.Sub("a.fbin");
        collection.Export(path, PointFormat.Fbin, new ExportOptions());
        Assert.Throws<TransferException>(
            () => collection.Export(path, PointFormat.Fbin, new ExportOptions()));
        collection.Delete(3);
        ExportResult result = collection.Export(
            path, PointFormat.Fbin, new ExportOptions { Overwrites = true });
        Assert.Equal(9, result.Points);
        Assert.Equal(directory.Sub("a.ids.npy"), result.IdsPath);
        Assert.Equal(directory.Sub("a.payloads.jsonl"), result.PayloadsPath);
        Assert.Equal(result.Bytes, Directory.GetFiles(directory.Path).Sum(file => new FileInfo(file).Length));
        Assert.Throws<TransferException>(
            () => collection.Export(directory.Sub("b"), PointFormat.I8bin, new ExportOptions()));
    }

    private static Collection Transferred(
        Collection collection, TemporaryDirectory directory, PointFormat format)
    {
        string path = directory.Sub("points");
        ExportResult result = collection.Export(path, format, new ExportOptions());
        Assert.Equal(collection.Count, result.Points);
        using PointReader reader = PointReader.Open(
            path,
            format,
            new PointReaderOptions { IdsPath = result.IdsPath, PayloadsPath = result.PayloadsPath });
        Collection again = Collection.Create(directory.Sub("b"), collection.Options, Rows.Quiet);
        Assert.Equal(collection.Count, again.Import(reader).Points);
        return again;
    }
}
