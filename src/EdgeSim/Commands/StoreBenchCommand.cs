using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Index;
using EdgeSim.Index.Storage;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Commands;

/// <summary><c>edgesim bench store</c>: durable writes against what the disk does by itself.</summary>
public static class StoreBenchCommand
{
    private const int Dimension = 384;
    private const int Rounds = 200;
    private static readonly int[] Batches = [1, 100, 1000];

    public static Command Create(GlobalOptions global, Output output)
    {
        var command = new Command(
            "store",
            $"Durable writes of {Dimension}-dimensional vectors into the data folder, in batches, against "
            + "appending as many bytes to a file there and flushing; interleaved.");
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string folder = Path.Combine(options.DataFolder, $"bench-{Environment.ProcessId}");
            Directory.CreateDirectory(folder);
            try
            {
                var lines = new List<StoreBenchLine>();
                foreach (int batch in Batches)
                {
                    lines.Add(Measure(Path.Combine(folder, $"batch-{batch}"), batch, output));
                }

                Print(
                    new StoreBenchReport(
                        BuildInfo.Version, BuildInfo.Compilation, options.DataFolder, Dimension, lines),
                    parsed.GetValue(global.Json),
                    output);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static StoreBenchLine Measure(string path, int size, Output output)
    {
        var random = new SplitMix64((ulong)size);
        var vector = new float[Dimension];
        using Collection collection = Collection.Create(
            path,
            CollectionOptions.Of(
                new VectorOptions { Dimension = Dimension, Metric = Metric.Cosine, Fingerprint = "" }));
        DurableFiles files = DurableFiles.Disk;
        using SafeFileHandle plain = files.Create(path + ".plain");
        WriteBatch batch = collection.NewBatch();
        byte[] bytes = new byte[size * (Dimension + 32)];
        var ours = new double[Rounds];
        var theirs = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            output.Progress($"batches of {size}", round, Rounds);
            batch.Clear();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < size; i++)
            {
                foreach (ref float component in vector.AsSpan())
                {
                    component = (int)random.Next();
                }

                batch.Upsert(random.Next(), vector);
            }

            collection.Write(batch);
            ours[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

            start = Stopwatch.GetTimestamp();
            files.Write(plain, bytes, (long)round * bytes.Length);
            files.FlushData(plain);
            theirs[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        output.Progress($"batches of {size}", Rounds, Rounds);
        Array.Sort(ours);
        Array.Sort(theirs);
        double batchMs = ours[Rounds / 2];
        double plainMs = theirs[Rounds / 2];
        return new StoreBenchLine(size, size * 1000 / batchMs, batchMs, plainMs, batchMs / plainMs);
    }

    private static void Print(StoreBenchReport report, bool json, Output output)
    {
        if (json)
        {
            output.Json(report, JsonFormats.Default.StoreBenchReport);
            return;
        }

        output.Line(
            $"{report.Compilation} {report.Version}, {report.Dimension} dimensions, durability always, in "
            + report.Folder);
        output.Line($"{"batch",6} {"points/s",12} {"ms a batch",12} {"plain ms",12} {"ratio",8}");
        foreach (StoreBenchLine line in report.Lines)
        {
            output.Line(
                $"{line.Batch,6} {line.PointsPerSecond,12:F0} {line.BatchMs,12:F3} {line.PlainMs,12:F3} "
                + $"{line.Ratio,8:F2}");
        }
    }
}
