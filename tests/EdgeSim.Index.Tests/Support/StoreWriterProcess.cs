using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using EdgeSim.Index.Storage.Torture;

namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// A process that writes batches into a collection until it is killed, and says after each that it was
/// acknowledged. It is this test program, started with a variable that makes it a writer before any test
/// runs.
/// </summary>
internal static class StoreWriterProcess
{
    internal const int ChangesMax = 10;
    internal const int Keys = 200;

    private const string Variable = "EDGESIM_TEST_STORE_WRITER";

    /// <summary>The n-th batch, from 1.</summary>
    internal static StoreBatch Batch(ulong n) => StoreBatch.Of((long)n, ChangesMax, Keys);

    /// <summary>Starts a writer. It begins where the collection ends.</summary>
    internal static Process Start(string path, Durability durability)
    {
        string host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(typeof(StoreWriterProcess).Assembly.Location);
        }

        start.Environment[Variable] = $"{durability}:{path}";
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } asked)
        {
            string[] parts = asked.Split(':', 2);
            Run(parts[1], Enum.Parse<Durability>(parts[0]));
        }
    }

    private static void Run(string path, Durability durability)
    {
        var settings = new CollectionSettings
        {
            Durability = durability,
            SealBytes = IndexLimits.SealBytesMin,
            FlushIntervalMs = 10,
        };
        Collection collection = Collection.Exists(path)
            ? Collection.Open(path, settings)
            : Collection.Create(path, StoreBatch.Options(durability), settings);
        _ = Task.Run(() =>
        {
            while (true)
            {
                Thread.Sleep(20);
                collection.Compact();
            }
        });
        using Stream output = Console.OpenStandardOutput();
        WriteBatch write = collection.NewBatch();
        ulong n = collection.Read().Sequence;
        while (true)
        {
            Batch(++n).AddTo(write, collection.Options);
            Trace.Assert(collection.Write(write).Sequence == n);
            output.Write(System.Text.Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{n}\n")));
        }
    }
}
