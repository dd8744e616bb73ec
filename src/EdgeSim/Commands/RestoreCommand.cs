using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Engine;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim restore</c>: a backup becomes a collection again, after every byte was checked.
/// </summary>
public static class RestoreCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        var source = new Argument<string>("source")
        {
            Description = "A folder or a .tar file that 'backup' wrote.",
        };
        Argument<string> collection = Arguments.Collection();
        var replace = new Option<bool>("--replace")
        {
            Description = "Remove the collection of that name for it, once the copy has been checked.",
        };
        var command = new Command("restore", "Make a collection of a backup, after checking all of it.")
        {
            source, collection, replace,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string name = parsed.GetValue(collection)!;
            string from = Path.GetFullPath(parsed.GetValue(source)!);
            string path = CollectionSet.PathIn(options.CollectionsFolder, name);
            if (!Directory.Exists(from))
            {
                using FileStream regular = InputFiles.Open(from);
            }

            if (Collection.Exists(path) && !parsed.GetValue(replace))
            {
                throw new UserException(
                    ExitCode.Usage,
                    $"There is a collection '{name}' already. Choose another name, or say --replace.");
            }

            long start = Stopwatch.GetTimestamp();
            RestoreResult result = TransferParts.WhereFree(
                () => Collection.Restore(from, path, new RestoreOptions
            {
                Overwrites = parsed.GetValue(replace),
                Progress = TransferParts.Progress("restore " + name, output),
            }));
            var report = new RestoreReport(
                name, from, result.Points, result.Bytes, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.RestoreReport);
            }
            else
            {
                output.Line(
                    $"{name}: {report.Points} points, {TransferParts.MiB(report.Bytes)}, every byte checked");
            }

            return (int)ExitCode.Success;
        });
        return command;
    }
}
