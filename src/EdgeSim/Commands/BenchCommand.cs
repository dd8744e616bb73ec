using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Encoders;
using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim bench</c>: measurements of this binary on this machine, as ratios within one run.
/// </summary>
public static class BenchCommand
{
    private const int WarmUpRounds = 5;

    public static Command Create(GlobalOptions global, Output output)
    {
        var image = new Option<FileInfo?>("--image")
        {
            Description = "A JPEG or PNG to encode, e.g. a 640x480 camera frame.",
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "Runs of each, 1..10000.",
            DefaultValueFactory = _ => 50,
        };
        var encode = new Command(
            "encode",
            "Whole encoding (decode and resize, or tokenise, and copy) against ONNX Runtime alone, "
            + "interleaved.")
        {
            image, rounds,
        };
        encode.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            int count = parsed.GetValue(rounds);
            if (count is < 1 or > 10_000)
            {
                throw new UserException(ExitCode.Usage, $"--rounds is {count}; allowed are 1 to 10000.");
            }

            var lines = new List<BenchLine>();
            var store = new ModelStore(options.ModelsFolder);
            lines.AddRange(
                Texts(store.Find(Engine.EncoderSet.DefaultModel(Modality.Text)), options.Threads, count));
            if (parsed.GetValue(image) is { } file)
            {
                lines.Add(Picture(
                    store.Find(Engine.EncoderSet.DefaultModel(Modality.Image)),
                    file.FullName,
                    options.Threads,
                    count));
            }

            Print(lines, options.Threads, count, parsed.GetValue(global.Json), output);
            return (int)ExitCode.Success;
        });
        return new Command("bench", "Measure this binary on this machine.")
        {
            encode,
            KernelBenchCommand.Create(global, output),
            StoreBenchCommand.Create(global, output),
            FetchBenchCommand.Create(global, output),
            AnnBenchCommand.Create(global, output),
        };
    }

    private static IEnumerable<BenchLine> Texts(InstalledModel model, int threads, int rounds)
    {
        using IEncoder encoder = EncoderCatalog.Open(model.Manifest, model.Folder, threads);
        using var session = new OnnxSession(model.ModelPath, threads);
        TextInput text = model.Manifest.Text!;
        foreach (int words in new[] { 6, 14, 28, 120 })
        {
            EncoderInput input = EncoderInput.FromText(
                string.Join(' ', Enumerable.Repeat("garden door", words / 2)));
            var embedding = new float[model.Manifest.Dimension];
            var reports = new EncodeReport[1];
            encoder.Encode([input], embedding, reports);
            int tokens = reports[0].Tokens;
            var ids = new long[tokens];
            var mask = new long[tokens];
            Array.Fill(ids, 1000);
            Array.Fill(mask, 1);
            OnnxTensor[] tensors =
            [
                new(text.InputIds, [1, tokens]) { Int64s = ids },
                new(text.AttentionMask, [1, tokens]) { Int64s = mask },
            ];
            yield return Measure(model, $"{tokens} tokens", encoder, session, input, tensors, rounds);
        }
    }

    private static BenchLine Picture(InstalledModel model, string path, int threads, int rounds)
    {
        using IEncoder encoder = EncoderCatalog.Open(model.Manifest, model.Folder, threads);
        using var session = new OnnxSession(model.ModelPath, threads);
        ImageInput image = model.Manifest.Image!;
        EncoderInput input = EncoderInput.FromImage(InputFiles.ReadImage(path));
        OnnxTensor[] tensors =
        [
            new(image.Name, [1, image.Height, image.Width, 3])
            {
                Floats = new float[image.Height * image.Width * 3],
            },
        ];
        return Measure(model, Path.GetFileName(path), encoder, session, input, tensors, rounds);
    }

    /// <summary>Alternates the two, so that what else the machine does falls on both.</summary>
    private static BenchLine Measure(
        InstalledModel model,
        string what,
        IEncoder encoder,
        OnnxSession session,
        EncoderInput input,
        OnnxTensor[] tensors,
        int rounds)
    {
        var embedding = new float[model.Manifest.Dimension];
        var reports = new EncodeReport[1];
        var output = new OnnxTensor(model.Manifest.Output, [1, embedding.Length]) { Floats = embedding };
        var bare = new double[rounds];
        var whole = new double[rounds];
        for (int i = -WarmUpRounds; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            session.Run(tensors, output);
            double bareMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            encoder.Encode([input], embedding, reports);
            double wholeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (i >= 0)
            {
                bare[i] = bareMs;
                whole[i] = wholeMs;
            }
        }

        Array.Sort(bare);
        Array.Sort(whole);
        double bareMedian = bare[rounds / 2], wholeMedian = whole[rounds / 2];
        return new BenchLine(model.Manifest.Name, what, bareMedian, wholeMedian, wholeMedian / bareMedian);
    }

    private static void Print(
        IReadOnlyList<BenchLine> lines, int threads, int rounds, bool json, Output output)
    {
        if (json)
        {
            output.Json(
                new BenchReport(
                    BuildInfo.Version,
                    BuildInfo.Compilation,
                    BuildInfo.Runtime,
                    BuildInfo.Architecture,
                    threads,
                    rounds,
                    lines),
                JsonFormats.Default.BenchReport);
            return;
        }

        output.Line(
            $"{BuildInfo.Compilation} {BuildInfo.Architecture}, {threads} threads, median of {rounds}");
        foreach (BenchLine line in lines)
        {
            output.Line(
                $"{line.Model,-24} {line.Input,-20} ONNX Runtime alone {line.BareMs,7:F2} ms, whole "
                + $"{line.WholeMs,7:F2} ms, ratio {line.Ratio:F2}");
        }
    }
}
