using System.CommandLine;
using EdgeSim.Engine;
using EdgeSim.Index;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim repair</c>: makes a damaged collection open again, keeps all that can be read, and says what is
/// lost. Deletes nothing, so it asks no questions.
/// </summary>
public static class RepairCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        Argument<string> collection = Arguments.Collection();
        var aside = new Option<DirectoryInfo?>("--aside")
        {
            Description = "Folder on the same disk for what is set aside; default: the collection's own.",
        };
        var command = new Command(
            "repair",
            "Make a damaged collection open again without what cannot be read. Old files are set aside.")
        {
            collection, aside,
        };
        command.SetAction(parsed =>
        {
            string folder = global.Read(parsed).CollectionsFolder;
            string name = VerifyCommand.Existing(folder, parsed.GetValue(collection)!);
            RepairReport report = Collection.Repair(
                CollectionSet.PathIn(folder, name),
                parsed.GetValue(aside)?.FullName,
                VerifyCommand.Progress("repair " + name, output));
            if (parsed.GetValue(global.Json))
            {
                output.Json(Line(name, report), JsonFormats.Default.RepairLine);
            }
            else
            {
                Print(name, report, output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static RepairLine Line(string name, RepairReport report) => new(
        name,
        report.IsRepaired,
        report.Points,
        report.PointsLost,
        report.PointsLostUnnamed,
        report.LostKeys,
        report.VectorsLostCount,
        [.. report.VectorsLost.Select(lost => lost.Key).Distinct()],
        report.BatchesLost,
        [.. report.Losses.Select(loss => new ProblemLine(loss.File, loss.Offset, loss.What, null))],
        report.Uncertain,
        report.AsideFolder,
        report.AsideFiles,
        [.. report.Before.Problems.Select(VerifyCommand.Line)]);

    private static void Print(string name, RepairReport report, Output output)
    {
        if (!report.IsRepaired)
        {
            output.Line($"{name}: sound, {report.Points} points; nothing to repair");
            return;
        }

        output.Line($"{name}: repaired, {report.Points} points");
        output.Line(
            $"  lost: {report.PointsLost} points ({report.PointsLostUnnamed} of unknown key), "
            + $"{report.VectorsLostCount} vectors of other points, {report.BatchesLost} batches of the log");
        foreach (RepairLoss loss in report.Losses)
        {
            output.Line(
                $"  {loss.File}{(loss.Offset is { } offset ? $", byte {offset}" : "")}: {loss.What}");
        }

        foreach (Key key in report.LostKeys.Take(Limits.NamesShownMax))
        {
            output.Line($"  lost point {key}");
        }

        foreach (string uncertain in report.Uncertain)
        {
            output.Line($"  uncertain: {uncertain}");
        }

        output.Line($"  set aside: {report.AsideFiles.Count} files, in {report.AsideFolder}");
        output.Message(
            $"All keys that are lost are in report.txt there. Add those points again; when '{name}' is as "
            + "you want it, that folder may go.");
    }
}
