using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands;

/// <summary><c>edgesim backup</c>: a collection as it is now, into a folder or a tar file.</summary>
public static class BackupCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        Argument<string> collection = Arguments.Collection();
        var target = new Argument<string>("target")
        {
            Description = "A folder that is empty or absent, or a file whose name ends in .tar.",
        };
        var copy = new Option<bool>("--copy")
        {
            Description = "Copy all bytes, also where the folder is on the same disk and could share them.",
        };
        var rate = new Option<string?>("--rate")
        {
            Description = "Bytes a second at most, e.g. 10MiB; default: as fast as the disks go.",
        };
        var command = new Command(
            "backup", "Copy a collection, durable when it returns. 'restore' is the way back.")
        {
            collection, target, copy, rate,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string name = parsed.GetValue(collection)!;
            string path = Path.GetFullPath(parsed.GetValue(target)!);
            if (File.Exists(path))
            {
                throw new UserException(
                    ExitCode.Usage, $"{path}: there is a file of that name. Remove it, or choose another.");
            }

            long start = Stopwatch.GetTimestamp();
            BackupResult result = Backup(options, name, path, new BackupOptions
            {
                SharesBytes = !parsed.GetValue(copy),
                BytesPerSecond = parsed.GetValue(rate) is { } text
                    ? GlobalOptions.ParseBytes("--rate", text)
                    : 0,
                Progress = TransferParts.Progress("backup " + name, output),
            });
            var report = new BackupReport(
                name,
                path,
                result.Points,
                result.Bytes,
                result.SharedBytes,
                Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.BackupReport);
            }
            else
            {
                output.Line(
                    $"{name}: {report.Points} points, {TransferParts.MiB(report.Bytes)} in {path}"
                    + (report.SharedBytes > 0
                        ? $", of which {TransferParts.MiB(report.SharedBytes)} share the disk's place with it"
                        : ""));
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>Of a collection that is free, or beside the process that has it.</summary>
    private static BackupResult Backup(
        ProgramOptions options, string name, string target, BackupOptions how)
    {
        try
        {
            using Collection open = Collection.Open(TransferParts.Existing(options, name));
            return open.Backup(target, how);
        }
        catch (IndexLockedException)
        {
            return TransferParts.WhereFree(
                () => Collection.BackupBeside(TransferParts.Existing(options, name), target, how));
        }
    }
}
