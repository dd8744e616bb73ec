using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim demo</c>: the whole path on real input. Indexes a folder of captioned pictures, then asks for
/// pictures like a picture, pictures for a sentence and passages like a sentence.
/// </summary>
public static class DemoCommand
{
    private const int Neighbours = 7;
    private const string ByCaption =
        "Found by caption: the sentence is compared with the captions' texts, not with the pictures "
        + "themselves.";

    public static Command Create(GlobalOptions global, Output output)
    {
        var pictures = new Option<DirectoryInfo>("--pictures")
        {
            Description = "Folder of pictures with a .txt caption of the same name beside each.",
            Required = true,
        };
        var like = new Option<string?>("--like") { Description = "Part of the path of the query picture." };
        var sentence = new Option<string>("--sentence")
        {
            Description = "The sentence to find pictures for.",
            DefaultValueFactory = _ => "a bird that lives in cold places",
        };
        var passage = new Option<string>("--passage")
        {
            Description = "The sentence to find similar passages for.",
            DefaultValueFactory = _ => "something sweet to eat",
        };
        var sheet = new Option<FileInfo?>("--sheet")
        {
            Description = "The contact sheet; default: demo.html in the data folder.",
        };
        var command = new Command(
            "demo", "Encode a folder of captioned pictures and ask three questions about it.")
        {
            pictures, like, sentence, passage, sheet,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string path = parsed.GetValue(sheet)?.FullName ?? Path.Combine(options.DataFolder, "demo.html");
            bool json = parsed.GetValue(global.Json);
            DemoReport report = Run(
                options,
                parsed.GetValue(pictures)!.FullName,
                parsed.GetValue(like),
                parsed.GetValue(sentence)!,
                parsed.GetValue(passage)!,
                path,
                output);
            if (json)
            {
                output.Json(report, JsonFormats.Default.DemoReport);
            }
            else
            {
                Print(report, output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static DemoReport Run(
        ProgramOptions options,
        string folder,
        string? like,
        string sentence,
        string passage,
        string sheet,
        Output output)
    {
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<IndexItem> items = DemoPictures.Select(folder);

        // Collections of this folder's own: another folder's pictures are no answers, and may be gone.
        string suffix = PointKey.OfPath(items[0].Payload.Folder).ToString("x14")[..8];
        string pictures = $"demo-pictures-{suffix}", captions = $"demo-captions-{suffix}";
        using SimilarityEngine engine = Start.Engine(options);
        var indexer = new FolderIndexer(engine, output);
        IndexReport[] reports =
        [
            indexer.Run(pictures, null, items, items.Count),
            indexer.Run(captions, null, FolderScanner.Captions(items), items.Count),
        ];
        IndexItem query = DemoPictures.Find(items, like);
        DemoQuestion[] questions =
        [
            new($"Pictures like {query.Payload.Path} ({query.Payload.Caption})", query.File, null,
                Ask(engine, pictures, PointInput.FromImage(InputFiles.ReadImage(query.File)))),
            new($"Pictures for the sentence \"{sentence}\"", null, ByCaption,
                Ask(engine, captions, PointInput.FromText(sentence))),
            new($"Passages like the sentence \"{passage}\"", null, null,
                Ask(engine, captions, PointInput.FromText(passage))),
        ];
        ContactSheet.Write(sheet, questions);
        return new DemoReport(
            reports,
            questions,
            questions[0].Answer.Kernel,
            sheet,
            Files(options, [pictures, captions], sheet),
            ProcessMemory.Read().PeakBytes,
            options.RamBytes,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>What the demo left on the disk.</summary>
    private static StoredFile[] Files(ProgramOptions options, string[] collections, string sheet) =>
    [
        .. collections
            .SelectMany(name => Directory.EnumerateFiles(Path.Combine(options.CollectionsFolder, name)))
            .Order(StringComparer.Ordinal)
            .Append(sheet)
            .Select(path => new StoredFile(path, new FileInfo(path).Length)),
    ];

    private static SearchReply Ask(SimilarityEngine engine, string collection, PointInput query) =>
        (SearchReply)engine.Execute(new SearchRequest(collection, query, Neighbours));

    private static void Print(DemoReport report, Output output)
    {
        foreach (IndexReport collection in report.Collections)
        {
            IndexCommand.Print(collection, json: false, output);
        }

        foreach (DemoQuestion question in report.Questions)
        {
            output.Line();
            output.Line(question.Title);
            if (question.Via is { } via)
            {
                output.Line($"  {via}");
            }

            SearchCommand.Print(question.Answer, output);
        }

        output.Line();
        output.Line(
            $"kernel {report.Kernel}; at most {MemoryBudget.MiB(report.PeakResidentBytes)} MiB of RAM used, "
            + $"budget {MemoryBudget.MiB(report.RamBytes)} MiB; {report.TotalMs / 1000:F1} s in all");
        output.Line("files:");
        foreach (StoredFile file in report.Files)
        {
            output.Line($"  {file.Bytes,10:N0} bytes  {file.Path}");
        }

        output.Line($"contact sheet: {report.ContactSheet}");
    }
}
