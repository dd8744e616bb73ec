using System.CommandLine;
using EdgeSim.Commands.Ann;

namespace EdgeSim.Commands;

/// <summary><c>edgesim bench ann</c>: recall against speed of a strategy on given vectors.</summary>
public static class AnnBenchCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        var rows = Required("--base", "Vectors to store: .fbin, .i8bin, .u8bin, .fvecs, .bvecs or .npy.");
        var queries = Required("--query", "Vectors to ask for, in such a file; none is in the base.");
        var truth = Required("--truth", "The nearest rows of each query (.ibin), as 'bench fetch' makes it.");
        var metric = Required("--metric", "euclid, cosine or dot.");
        var strategy = Required(
            "--strategy", string.Join("; ", AnnStrategy.All.Select(one => $"{one.Name}: {one.Summary}")));
        var recall = new Option<double?>("--recall")
        {
            Description = "One point: the least effort that reaches this recall, more than 0 and up to 1.",
        };
        var sweep = new Option<bool>("--sweep")
        {
            Description = "Every point of the strategy, from the fastest on (default).",
        };
        var k = Arguments.K();
        var count = new Option<int?>("--queries")
        {
            Description = "Ask the first so many queries of the file only.",
        };
        var collection = new Option<string?>("--collection")
        {
            Description = "Make the collection there and keep it, or use the one that is there.",
        };
        var command = new Command(
            "ann",
            "Recall, queries a second (of the clock and of the processor) and latency of a strategy. Stores "
            + "the base, then asks every query, one after the other.")
        {
            rows, queries, truth, metric, strategy, recall, sweep, k, count, collection,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions program = global.Read(parsed);
            bool isThreads = parsed.GetResult(global.Threads) is { Implicit: false };
            bool isRam = parsed.GetResult(global.Ram) is { Implicit: false };
            AnnStrategy how = AnnStrategy.Find(parsed.GetValue(strategy)!);
            var options = new AnnOptions(
                parsed.GetValue(rows)!,
                parsed.GetValue(queries)!,
                parsed.GetValue(truth)!,
                AnnMetrics.Parse(parsed.GetValue(metric)!),
                how,
                parsed.GetValue(recall),
                parsed.GetValue(k),
                parsed.GetValue(count),
                isThreads ? program.Threads : 1,
                isRam ? program.RamBytes : null,
                parsed.GetValue(collection),
                program.DataFolder);
            Check(options, parsed.GetValue(sweep));
            ApplyHeapLimit(options.RamBytes);
            Run(options, parsed.GetValue(global.Json), output);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Option<string> Required(string name, string description)
        => new(name) { Description = description, Required = true };

    private static void Check(AnnOptions options, bool isSweep)
    {
        if (options.K is < 1 or > Limits.KMax)
        {
            throw new UserException(
                ExitCode.Usage, $"--k is {options.K}; allowed are 1 to {Limits.KMax}.");
        }

        if (options.Queries is < 1)
        {
            throw new UserException(
                ExitCode.Usage, $"--queries is {options.Queries}; at least 1 is asked.");
        }

        if (options.Recall is { } recall && (isSweep || recall is not (> 0 and <= 1)))
        {
            throw new UserException(
                ExitCode.Usage,
                isSweep
                    ? "--recall asks for one point and --sweep for all: say one of them."
                    : $"--recall is {recall}; allowed are more than 0 and at most 1.");
        }

        if (options.Threads > options.Strategy.ThreadsMax)
        {
            throw new UserException(
                ExitCode.Usage,
                $"--threads is {options.Threads}; {options.Strategy.Name} uses {options.Strategy.ThreadsMax} "
                + "for a query.");
        }
    }

    /// <summary>
    /// Holds the managed heap to what a budget leaves beside the runtime; mapped pages are the kernel's.
    /// </summary>
    private static void ApplyHeapLimit(long? ramBytes)
    {
        if (ramBytes is not { } ram)
        {
            return;
        }

        long heap = ram - Limits.RuntimeBytes;
        if (heap < Limits.BenchHeapBytesMin)
        {
            throw new UserException(
                ExitCode.Configuration,
                $"--ram is {MemoryBudget.MiB(ram)} MiB; a measurement takes at least "
                + $"{MemoryBudget.MiB(Limits.RuntimeBytes + Limits.BenchHeapBytesMin)} MiB.");
        }

        AppContext.SetData("GCHeapHardLimit", (ulong)heap);
        GC.RefreshMemoryLimit();
    }

    private static void Run(AnnOptions options, bool json, Output output)
    {
        using var bench = new AnnBench(options, output);
        bool isFirst = true;
        foreach (AnnEffort effort in options.Strategy.PointsFor(options.Recall))
        {
            AnnLine line = bench.Measure(effort);
            if (json)
            {
                output.Json(line, JsonFormats.Default.AnnLine);
                continue;
            }

            if (isFirst)
            {
                PrintHead(line, output);
                isFirst = false;
            }

            PrintLine(line, output);
        }
    }

    private static void PrintHead(AnnLine line, Output output)
    {
        output.Line(
            $"{line.Engine} {line.Compilation}, kernels {line.Kernels}, threads {line.Threads}: "
            + $"{line.Dataset}, {line.Rows} x {line.Dimension}, {line.Metric}, {line.Queries} queries, "
            + $"k {line.K}");
        string built = line.BuildSeconds is { } seconds ? $"built in {seconds:F1} s" : "was there already";
        output.Line(
            $"{built}, {line.Segments} segments, index {MemoryBudget.MiB(line.IndexBytes)} MiB, on disk "
            + $"{MemoryBudget.MiB(line.DiskBytes)} MiB");
        output.Line(
            $"{"point",-20} {"recall",7} {"queries/s",10} {"per CPU s",10} {"p50 us",9} {"p99 us",9} "
            + $"{"RSS MiB",8}");
    }

    private static void PrintLine(AnnLine line, Output output) => output.Line(
        $"{line.Config,-20} {line.Recall,7:F4} {line.QueriesPerSecond,10:F1} "
        + $"{line.QueriesPerCpuSecond,10:F1} {line.P50Us,9:F0} {line.P99Us,9:F0} {line.ResidentMB,8:F1}"
        + (line.Complete ? "" : "  (incomplete answers)"));
}
