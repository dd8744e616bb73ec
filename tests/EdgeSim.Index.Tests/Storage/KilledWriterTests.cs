using System.Diagnostics;
using System.Globalization;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>Real processes that are really killed while they write, seal and merge.</summary>
public sealed class KilledWriterTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Durability.None, 3001)]
    [InlineData(Durability.Always, 3002)]
    public void Open_WriterWasKilled_HoldsEveryAcknowledgedBatch(Durability durability, ulong seed)
    {
        Assert.SkipWhen(Emulation.IsOn, "an emulated program cannot start another one reliably");
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        var random = new SplitMix64(seed);
        var model = new StoreModel(StoreBatch.Options(durability));
        ulong applied = 0;
        int kills = LongRun.Choose(10, 100, 0);
        for (int kill = 0; kill < kills; kill++)
        {
            ulong acknowledged = Math.Max(applied, RunAndKill(path, durability, ref random));
            using Collection collection = Collection.Open(path, Rows.Quiet);
            using CollectionReader reader = collection.Read();
            string where = $"seed {seed}, kill {kill}: {acknowledged} acknowledged, {reader.Sequence} found";
            Assert.True(reader.Sequence == acknowledged || reader.Sequence == acknowledged + 1, where);
            while (applied < reader.Sequence)
            {
                model.Apply(StoreWriterProcess.Batch(++applied));
            }

            model.Compare(reader);
            collection.Verify();
        }

        output.WriteLine($"seed {seed}: {kills} kills, {applied} batches, {model.Points.Count} points");
        Assert.True(applied > (ulong)kills * 5);
    }

    /// <summary>The last batch that it acknowledged.</summary>
    private static ulong RunAndKill(string path, Durability durability, ref SplitMix64 random)
    {
        using Process writer = StoreWriterProcess.Start(path, durability);
        ulong last = 0;
        string? line = writer.StandardOutput.ReadLine(); // It has opened the collection.
        using var killer = new Timer(_ => writer.Kill(), null, 1 + random.Below(400), Timeout.Infinite);
        for (; line is not null; line = writer.StandardOutput.ReadLine())
        {
            if (ulong.TryParse(line, CultureInfo.InvariantCulture, out ulong n))
            {
                last = n;
            }
        }

        writer.WaitForExit();
        Assert.Equal(128 + 9, writer.ExitCode); // By SIGKILL, not by a failure of its own.
        return last;
    }
}
