using System.CommandLine;
using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Commands;

/// <summary><c>edgesim bench kernels</c>.</summary>
public static class KernelBenchCommand
{
    private static readonly int[] Dimensions = [100, 384, 768, 1024];

    public static Command Create(GlobalOptions global, Output output)
    {
        var memory = new Option<string>("--memory")
        {
            Description = "Bytes of rows of a scan from memory; more than the last cache level.",
            DefaultValueFactory = _ => "400MiB",
        };
        var kernel = new Option<string[]>("--kernel")
        {
            Description = "Only these classes (default: all that this processor has).",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command(
            "kernels", "Nanoseconds a row, and the share of this machine's reading speed, of every kernel.")
        {
            memory, kernel,
        };
        command.SetAction(parsed =>
        {
            long bytes = GlobalOptions.ParseBytes("--memory", parsed.GetValue(memory)!);
            if (bytes is < Limits.BenchBytesMin or > Limits.BenchBytesMax)
            {
                throw new UserException(
                    ExitCode.Usage,
                    $"--memory is {bytes} bytes; allowed are {Limits.BenchBytesMin} to "
                    + $"{Limits.BenchBytesMax}.");
            }

            KernelBenchReport report = Measure(Choose(parsed.GetValue(kernel) ?? []), bytes, output);
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.KernelBenchReport);
            }
            else
            {
                Print(report, output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <exception cref="UserException">A class that is unknown or cannot run here.</exception>
    private static VectorKernels[] Choose(string[] names)
    {
        try
        {
            return names.Length == 0
                ? [.. VectorKernels.Available]
                : [.. names.Select(VectorKernels.Select)];
        }
        catch (PlatformNotSupportedException e)
        {
            throw new UserException(ExitCode.Usage, e.Message);
        }
    }

    private static KernelBenchReport Measure(VectorKernels[] kernels, long bytes, Output output)
    {
        using var bench = new KernelBench(bytes);
        var lines = new List<KernelBenchLine>();
        int total = kernels.Length * KernelOperation.All.Count * Dimensions.Length;
        foreach (KernelOperation operation in KernelOperation.All)
        {
            foreach (int dimension in Dimensions)
            {
                foreach (VectorKernels each in kernels)
                {
                    lines.Add(bench.Measure(each, operation, dimension));
                    output.Progress("measuring", lines.Count, total);
                }
            }
        }

        return new KernelBenchReport(
            BuildInfo.Version,
            BuildInfo.Compilation,
            BuildInfo.Runtime,
            BuildInfo.Architecture,
            RuntimeInformation.OSDescription,
            BuildInfo.Processor,
            bench.ReadingGBs,
            bytes,
            KernelBench.CachedBytes,
            lines);
    }

    private static void Print(KernelBenchReport report, Output output)
    {
        output.Line($"{report.Processor}, {report.Compilation} {report.Architecture}, one thread");
        output.Line($"plain reading of {report.MemoryBytes >> 20} MiB: {report.ReadingGBs:F1} GB/s");
        output.Line("operation         dimension  bytes  kernel     in cache  from memory   of reading");
        foreach (KernelBenchLine line in report.Lines)
        {
            output.Line(
                $"{line.Operation,-17} {line.Dimension,9} {line.RowBytes,6}  {line.Kernel,-9} "
                + $"{line.CachedNs,7:F2} ns {line.MemoryGBs,7:F2} GB/s {line.OfReading,10:F2}");
        }
    }
}
