using System.CommandLine;
using EdgeSim.Commands.Ann;
using EdgeSim.Commands.Reports;
using EdgeSim.Index;
using EdgeSim.Index.Search.Planning;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim plan</c>: how a collection, or one that does not exist yet, would be searched within the
/// budget, and what that finds and takes.
/// </summary>
public static class PlanCommand
{
    /// <summary>Beyond this people wait, and what asks ten times a second falls behind.</summary>
    private const double MillisecondsMax = 100;

    /// <summary>What one board's files, merges and backups are made for.</summary>
    private const long RowsMax = 10_000_000;

    private static string Boards => string.Join(", ", BoardCosts.Names);

    public static Command Create(GlobalOptions global, Output output)
    {
        var collection = new Argument<string?>("collection")
        {
            Description = "Name of the collection; none with --rows.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var rows = new Option<long?>("--rows") { Description = "Imagine so many vectors instead." };
        var dimension = new Option<int>("--dimension")
        {
            Description = "Their components.",
            DefaultValueFactory = _ => 384,
        };
        var metric = new Option<string>("--metric")
        {
            Description = "euclid, cosine or dot.",
            DefaultValueFactory = _ => "cosine",
        };
        var recall = new Option<float?>("--recall")
        {
            Description = "Share of the true matches; the collection's (0.95) if not given.",
        };
        var selectivity = new Option<double>("--selectivity")
        {
            Description = "Share of the rows that a filter means.",
            DefaultValueFactory = _ => 1,
        };
        var board = new Option<string?>("--board")
        {
            Description = $"{Boards}; this machine, measured, if not given.",
        };
        Option<int> k = Arguments.K();
        var command = new Command(
            "plan", "Say how a collection would be searched within --ram, why, and what that takes.")
        {
            collection, rows, dimension, metric, recall, k, selectivity, board,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string? name = parsed.GetValue(collection);
            if (name is null == parsed.GetValue(rows) is null)
            {
                throw new UserException(ExitCode.Usage, "Name a collection, or say --rows; one of them.");
            }

            long mapped = Math.Max(Start.Budget(options).MappedBytes, 0);
            var query = new PlanQuery
            {
                Recall = parsed.GetValue(recall),
                K = parsed.GetValue(k),
                Selectivity = parsed.GetValue(selectivity),
                ResidentBytes = mapped,
                Costs = CostsOf(parsed.GetValue(board)),
            };
            PlanReport report = Guarded(() => name is null
                ? Imagined(
                    parsed.GetValue(rows)!.Value,
                    parsed.GetValue(dimension),
                    AnnMetrics.Parse(parsed.GetValue(metric)!),
                    query)
                : Existing(VerifyCommand.Existing(options.CollectionsFolder, name), options, query))
                with { Board = parsed.GetValue(board) ?? "this machine" };
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.PlanReport);
            }
            else
            {
                Print(report, options.RamBytes, mapped, output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static SearchCosts CostsOf(string? board) => board is null
        ? MachineCosts.Measure()
        : BoardCosts.Find(board) ?? throw new UserException(
            ExitCode.Usage, $"There is no board '{board}'. There are: {Boards}.");

    /// <summary>What the index refuses about the question is a usage error here.</summary>
    private static PlanReport Guarded(Func<PlanReport> plan)
    {
        try
        {
            return plan();
        }
        catch (ArgumentException refused)
        {
            throw new UserException(ExitCode.Usage, refused.Message.Split(" (Parameter")[0]);
        }
    }

    private static PlanReport Imagined(long rows, int dimension, Metric metric, PlanQuery query)
    {
        var options = new VectorOptions { Dimension = dimension, Metric = metric, Fingerprint = "" };
        return Report(null, options, query, [options.Plan(rows, query)]);
    }

    private static PlanReport Existing(string name, ProgramOptions options, PlanQuery query)
    {
        using Collection collection = Collection.Open(Path.Combine(options.CollectionsFolder, name));
        using CollectionReader reader = collection.Read();
        return Report(name, collection.Options.Default, query, reader.Plan(query));
    }

    private static PlanReport Report(
        string? name, VectorOptions options, PlanQuery query, IReadOnlyList<SegmentPlan> plans)
    {
        long rows = plans.Sum(plan => plan.Rows);
        double milliseconds = plans.Sum(plan => plan.Milliseconds);
        string? outgrown = milliseconds > MillisecondsMax
            ? $"A query takes {milliseconds:F0} ms, more than the {MillisecondsMax} ms that feel immediate. "
                + "Give it more --ram, ask for less recall, or move the collection to a larger machine."
            : rows > RowsMax
                ? $"{rows} rows are more than the {RowsMax} that one board is made for. "
                    + "Split them over boards, or move the collection to a larger machine."
                : null;
        return new PlanReport(
            name,
            "",
            rows,
            options.Dimension,
            query.K,
            Math.Round(query.Recall ?? options.Index.Recall, 6),
            query.Selectivity,
            milliseconds,
            plans.Sum(plan => plan.DiskBytes),
            Math.Min(plans.Sum(plan => plan.DiskBytes), query.ResidentBytes ?? long.MaxValue),
            outgrown,
            [.. plans.Select(PlanLine.Of)]);
    }

    private static void Print(PlanReport report, long ram, long mapped, Output output)
    {
        output.Line(
            $"{report.Collection ?? "imagined"}: {report.Rows} x {report.Dimension}, k {report.K}, recall "
            + $"{report.Recall}, on {report.Board} within {MemoryBudget.MiB(ram)} MiB "
            + $"({MemoryBudget.MiB(mapped)} MiB for mapped files)");
        foreach (PlanLine line in report.Segments)
        {
            output.Line(
                $"  {(line.Segment is { } number ? $"segment {number}" : "all")}: {line.Rows} rows, "
                + $"{line.Strategy}{Numbers(line)}, recall {line.Recall:F3} "
                + $"({(line.Measured ? "measured" : "typical, not measured")}), {line.Milliseconds:F2} ms, "
                + $"{MemoryBudget.MiB(line.DiskBytes)} MiB on disk");
            output.Line($"    {line.Reason}");
        }

        output.Line(
            $"in all {report.Milliseconds:F2} ms a query with one thread, "
            + $"{MemoryBudget.MiB(report.ResidentBytes)} of {MemoryBudget.MiB(report.DiskBytes)} MiB in "
            + $"memory");
        output.Line(
            report.Outgrown is { } outgrown ? "Outgrown: " + outgrown : "This board is large enough.");
    }

    private static string Numbers(PlanLine line) => line.Breadth == 0 ? ""
        : line.Rescored == 0 ? $" (breadth {line.Breadth})"
        : $" (breadth {line.Breadth}, {line.Rescored} compared)";
}
