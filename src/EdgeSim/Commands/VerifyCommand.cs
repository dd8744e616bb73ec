using System.CommandLine;
using EdgeSim.Engine;
using EdgeSim.Index;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim verify</c>: whether every byte of a collection is as it was written. Changes nothing.
/// </summary>
public static class VerifyCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        var collection = new Argument<string?>("collection")
        {
            Description = "Name of the collection; all of them when there is none.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command(
            "verify", "Read everything of a collection, or of all, and say what is damaged. Changes nothing.")
        {
            collection,
        };
        command.SetAction(parsed =>
        {
            string folder = global.Read(parsed).CollectionsFolder;
            string? one = parsed.GetValue(collection);
            IReadOnlyList<string> names =
                one is null ? Collection.ListWithDamaged(folder) : [Existing(folder, one)];
            var lines = new List<VerifyLine>();
            foreach (string name in names)
            {
                VerifyLine line = Verify(folder, name, output, out string? busy);
                lines.Add(line);
                if (parsed.GetValue(global.Json))
                {
                    output.Json(line, JsonFormats.Default.VerifyLine);
                }
                else
                {
                    Print(line, busy, output);
                }
            }

            if (names.Count == 0)
            {
                output.Message($"There are no collections in {folder}. Adding a point creates one.");
            }

            return (int)(lines.Any(line => line.Errors > 0) ? ExitCode.Damaged
                : lines.Any(line => line.Refused is not null) ? ExitCode.Busy
                : ExitCode.Success);
        });
        return command;
    }

    /// <summary>A collection of that name, even one that will not open.</summary>
    /// <exception cref="UserException">There is none.</exception>
    internal static string Existing(string folder, string name)
    {
        if (Collection.HasRemains(CollectionSet.PathIn(folder, name)))
        {
            return name;
        }

        IReadOnlyList<string> names = Collection.ListWithDamaged(folder);
        throw new UserException(
            ExitCode.NoInput,
            $"No collection '{name}' in {folder}; "
            + (names.Count == 0 ? "there are none." : $"there are: {string.Join(", ", names)}."));
    }

    /// <summary>A bar that moves once a hundredth.</summary>
    internal static Action<VerifyProgress> Progress(string what, Output output)
    {
        long shown = -1;
        return step =>
        {
            long now = step.BytesTotal == 0 ? 100 : 100 * step.BytesDone / step.BytesTotal;
            if (now != shown)
            {
                shown = now;
                output.Progress(what, now, 100);
            }
        };
    }

    internal static ProblemLine Line(VerifyProblem problem) => new(
        problem.File,
        problem.Offset,
        problem.What,
        problem.Severity == VerifySeverity.Error ? "error" : "note");

    private static VerifyLine Verify(string folder, string name, Output output, out string? busy)
    {
        busy = null;
        try
        {
            VerifyReport report = Collection.Verify(
                Path.Combine(folder, name), Progress("verify " + name, output));
            return new VerifyLine(
                name,
                report.IsSound,
                report.Points,
                report.Segments,
                report.Logs,
                report.Bytes,
                report.ErrorCount,
                [.. report.Problems.Select(Line)],
                null);
        }
        catch (IndexLockedException locked)
        {
            busy = locked.Message;
            return new VerifyLine(name, false, null, 0, 0, 0, 0, [], locked.Message);
        }
    }

    private static void Print(VerifyLine line, string? busy, Output output)
    {
        if (busy is not null)
        {
            output.Message($"{line.Collection}: not verified. {busy}");
            return;
        }

        output.Line(
            $"{line.Collection}: {(line.Sound ? "sound" : "DAMAGED")}, "
            + $"{(line.Points is { } points ? $"{points} points, " : "")}{line.Segments} segments, "
            + $"{line.Logs} logs, {line.Bytes / 1024.0 / 1024.0:F1} MiB read");
        foreach (ProblemLine problem in line.Problems)
        {
            output.Line(
                $"  {problem.Severity}: {problem.File}"
                + $"{(problem.Offset is { } offset ? $", byte {offset}" : "")}: {problem.What}");
        }

        if (line.Errors > 0)
        {
            output.Message(
                $"Next: copy the folder of '{line.Collection}' if the disk has room, then run: "
                + $"edgesim repair {line.Collection}");
        }
    }
}
