using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>Damaged files of every format: read, or refused with the one exception there is for it.</summary>
public sealed class PointReaderFuzzTests(ITestOutputHelper output)
{
    private const int Dimension = 7;

    public static TheoryData<string> Corpus =>
    [
        "float32-v1.npy", "float64-v2.npy", "float16-v3.npy", "int8.npy", "uint8.npy", "rows.fbin",
        "rows.i8bin",
        "rows.u8bin", "rows.fvecs", "rows.bvecs", "points.jsonl", "points.msgpack",
    ];

    [Theory]
    [MemberData(nameof(Corpus))]
    public void AppendTo_DamagedFiles_AreReadOrRefused(string name)
    {
        using var directory = new TortureDirectory();
        byte[] sound = BytesOf(name, directory);
        Assert.True(PointFormats.TryOf(name, out PointFormat format));
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, Dimension), Rows.Quiet);
        using BulkLoad load = collection.StartBulkLoad();
        var random = new SplitMix64(77);
        int refused = 0;
        int runs = LongRun.Choose(4000, 200_000, 200);
        for (int i = 0; i < runs; i++)
        {
            byte[] bytes = Damage(sound, ref random);
            try
            {
                using PointReader reader = PointReader.Open(
                    "f", new MemoryStream(bytes), format, new PointReaderOptions());
                long rows = 0;
                int read;
                while ((read = reader.AppendTo(load, 3)) > 0)
                {
                    rows += read;
                }

                Assert.True(reader.Count is null || rows == reader.Count);
                Assert.InRange(reader.BytesRead, 0, bytes.Length);
            }
            catch (TransferException wrong)
            {
                Assert.StartsWith("f", wrong.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        output.WriteLine($"{refused} of {runs} refused");
        Assert.InRange(refused, runs / 20, runs);
    }

    private static byte[] BytesOf(string name, TortureDirectory directory)
    {
        if (!name.StartsWith("points", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(TransferCases.Fixture(name));
        }

        using Collection collection = Collection.Create(
            directory.Sub("source"), Rows.Options(Metric.Dot, Dimension), Rows.Quiet);
        Rows.Add(collection, 0, 6, 4);
        collection.Upsert(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"), Rows.Vector(1, 1, Dimension));
        Assert.True(PointFormats.TryOf(name, out PointFormat format));
        collection.Export(directory.Sub(name), format, new ExportOptions());
        return File.ReadAllBytes(directory.Sub(name));
    }

    private static byte[] Damage(byte[] sound, ref SplitMix64 random)
    {
        var bytes = new List<byte>(sound);
        for (int i = 1 + random.Below(3); i > 0; i--)
        {
            // Mostly at the start, where headers are.
            int end = random.Below(2) == 0 ? Math.Min(bytes.Count, 130) : bytes.Count;
            int at = random.Below(end + 1);
            switch (random.Below(5))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes.Insert(at, (byte)random.Below(256));
                    break;
                case 2 when at < bytes.Count:
                    bytes.RemoveAt(at);
                    break;
                case 3 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Below(8));
                    break;
                default:
                    int from = random.Below(bytes.Count + 1);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(4, bytes.Count - from)));
                    break;
            }
        }

        return [.. bytes];
    }
}
