using System.CommandLine;
using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim index</c>: a folder of pictures or texts into a collection; run again, it does only what
/// changed.
/// </summary>
public static class IndexCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        var folder = new Argument<DirectoryInfo>("folder")
        {
            Description = "Folder of .jpg, .jpeg, .png, or of .txt, .md files.",
        };
        Argument<string> collection = Arguments.Collection();
        var captions = new Option<string?>("--captions")
        {
            Description =
                "A second collection for the captions: the first line of the .txt file beside each picture.",
        };
        var kind = new Option<string>("--kind")
        {
            Description = "What to index.",
            DefaultValueFactory = _ => "pictures",
        };
        kind.AcceptOnlyFromAmong("pictures", "texts");
        var model = new Option<string?>("--model")
        {
            Description = "For a new collection: the model of its vectors.",
        };
        var command = new Command("index", "Encode and store every picture or text file of a folder.")
        {
            folder, collection, captions, kind, model,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string root = parsed.GetValue(folder)!.FullName;
            bool pictures = parsed.GetValue(kind) == "pictures";
            FolderScan items = pictures
                ? FolderScanner.Pictures(root)
                : FolderScanner.Texts(root);
            if (items.Count == 0)
            {
                throw new UserException(
                    ExitCode.NoInput,
                    $"{root} holds no {parsed.GetValue(kind)}. Pictures are .jpg, .jpeg, .png; "
                    + "texts are .txt, .md.");
            }

            using SimilarityEngine engine = Start.Engine(options);
            var indexer = new FolderIndexer(engine, output);
            var reports = new List<IndexReport>
            {
                indexer.Run(parsed.GetValue(collection)!, parsed.GetValue(model), items, items.Count),
            };
            if (pictures && parsed.GetValue(captions) is { } captionCollection)
            {
                reports.Add(
                    indexer.Run(captionCollection, null, FolderScanner.Captions(items), items.Count));
            }

            foreach (IndexReport report in reports)
            {
                Print(report, parsed.GetValue(global.Json), output);
            }

            return (int)(reports.Any(report => report.Refused.Count > 0) ? ExitCode.Data : ExitCode.Success);
        });
        return command;
    }

    internal static void Print(IndexReport report, bool json, Output output)
    {
        if (json)
        {
            output.Json(report, JsonFormats.Default.IndexReport);
            return;
        }

        output.Line(report.Dimension == 0
            ? $"{report.Collection}: nothing to store"
            : $"{report.Collection}: {report.Points} points of {report.Dimension} dimensions by "
            + $"{report.Model}, {report.BytesOnDisk / 1024.0:F0} KiB on disk");
        output.Line(
            $"  {report.Stored} encoded and stored, {report.Unchanged} unchanged, {report.Refused.Count} "
            + $"refused; read {report.ReadMs:F0} ms, encode {report.EncodeMs:F0} ms, commit "
            + $"{report.CommitMs:F0} ms");
        foreach (RefusedFile file in report.Refused)
        {
            output.Message($"  refused {file.Path}: {file.Reason}");
        }
    }
}
