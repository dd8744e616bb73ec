using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands;

/// <summary><c>edgesim export</c>: the points of a collection as a file for other programs.</summary>
public static class ExportCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        Argument<string> collection = Arguments.Collection();
        var file = new Argument<string>("file")
        {
            Description = "Its name says the format: " + string.Join(", ", PointFormats.Names) + ".",
        };
        var format = new Option<string?>("--format")
        {
            Description = "The format, where the name does not say it.",
        };
        var vector = new Option<string?>("--vector")
        {
            Description = "For formats of vectors: which one, where points have several; default: the first.",
        };
        var force = new Option<bool>("--force") { Description = "Write over files that are there." };
        var command = new Command(
            "export",
            "Write every point to a file, in key order; vectors as floats, or as the format has them.")
        {
            collection, file, format, vector, force,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string name = parsed.GetValue(collection)!;
            string path = Path.GetFullPath(parsed.GetValue(file)!);
            PointFormat kind = TransferParts.Format(parsed.GetValue(format), path);
            TransferParts.ApplyBudget(options);
            if (File.Exists(path) && !parsed.GetValue(force))
            {
                throw new UserException(
                    ExitCode.Usage, $"{path}: there is a file of that name. Choose another, or say --force.");
            }

            long start = Stopwatch.GetTimestamp();
            using Collection open = TransferParts.Open(options, name);
            string? which = parsed.GetValue(vector);
            RequireVector(open, which, kind);
            ExportResult result = open.Export(path, kind, new ExportOptions
            {
                Vector = which,
                Overwrites = parsed.GetValue(force),
                Progress = TransferParts.Progress("export " + name, output),
            });
            var report = new ExportReport(
                name,
                path,
                kind.ToString(),
                result.Points,
                result.WithoutVector,
                result.IdsPath,
                result.PayloadsPath,
                result.Bytes,
                Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.ExportReport);
            }
            else
            {
                Print(report, output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void RequireVector(Collection collection, string? vector, PointFormat format)
    {
        if (vector is null)
        {
            return;
        }

        if (format.HasKeys())
        {
            throw new UserException(
                ExitCode.Usage,
                "--vector: this format has all vectors; name one only for a format of vectors.");
        }

        if (collection.Options.Vectors.All(known => known.Name != vector))
        {
            throw new UserException(
                ExitCode.Usage,
                $"--vector is '{vector}'; the collection has "
                + string.Join(", ", collection.Options.Vectors.Select(known => $"'{known.Name}'")) + ".");
        }
    }

    private static void Print(ExportReport report, Output output)
    {
        output.Line(
            $"{report.Collection}: {report.Points} points, {TransferParts.MiB(report.Bytes)} in {report.File}"
            + (report.Ids is { } ids ? $", keys in {ids}" : "")
            + (report.Payloads is { } payloads ? $", payloads in {payloads}" : ""));
        if (report.WithoutVector > 0)
        {
            output.Message($"  {report.WithoutVector} points have no such vector and were not written");
        }
    }
}
