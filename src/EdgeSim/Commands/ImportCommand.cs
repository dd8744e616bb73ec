using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Engine;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim import</c>: every point of a file into a collection, all of them at once or none.
/// </summary>
public static class ImportCommand
{
    private static readonly string[] Metrics = ["cosine", "dot", "euclid"];

    public static Command Create(GlobalOptions global, Output output)
    {
        var file = new Argument<string>("file")
        {
            Description = "Its name says the format: " + string.Join(", ", PointFormats.Names) + ".",
        };
        Argument<string> collection = Arguments.Collection();
        var format = new Option<string?>("--format")
        {
            Description = "The format, where the name does not say it.",
        };
        var metric = new Option<string?>("--metric")
        {
            Description = "For a new collection: what near means; default: cosine.",
        };
        metric.AcceptOnlyFromAmong(Metrics);
        var index = new Option<string?>("--index")
        {
            Description = "For a new collection: what leads searches to near rows; default: auto. flat loads "
                + "in a fraction of the time, and is scanned.",
        };
        index.AcceptOnlyFromAmong(SearchStrategies.KindNames);
        var like = new Option<string?>("--like")
        {
            Description = "For a new collection: another one whose metric, vectors and model it gets.",
        };
        var ids = new Option<string?>("--ids")
        {
            Description = "Keys of vectors: a .npy of integers, or a text of a number or UUID a line; "
                + "default: the row's number, from 0.",
        };
        var payloads = new Option<string?>("--payloads")
        {
            Description = "Payloads of vectors: a JSON object a line, or an empty line for none.",
        };
        var vector = new Option<string?>("--vector")
        {
            Description = "Which vector of the points a file of vectors holds; default: the first.",
        };
        var command = new Command(
            "import", "Store every point of a file, replacing those of the same keys; all of them or none.")
        {
            file, collection, format, metric, index, like, ids, payloads, vector,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            string path = Path.GetFullPath(parsed.GetValue(file)!);
            var beside = new PointReaderOptions
            {
                IdsPath = parsed.GetValue(ids),
                PayloadsPath = parsed.GetValue(payloads),
                Vector = parsed.GetValue(vector),
            };
            PointFormat kind = TransferParts.Format(parsed.GetValue(format), path);
            RequireFiles(path, beside, kind);
            TransferParts.ApplyBudget(options);
            using PointReader points = PointReader.Open(path, kind, beside);
            var import = new Target(
                options,
                parsed.GetValue(collection)!,
                parsed.GetValue(metric),
                parsed.GetValue(index),
                parsed.GetValue(like));
            ImportReport report = import.Run(points, kind, output);
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.ImportReport);
            }
            else
            {
                output.Line(
                    $"{report.Collection}: {report.Imported} points imported in {report.Ms / 1000:F1} s, "
                    + $"{report.Points} there now, {TransferParts.MiB(report.BytesOnDisk)} on disk"
                    + (report.Created ? "; the collection is new" : ""));
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>Refuses what is no file, before anything is made.</summary>
    private static void RequireFiles(string path, PointReaderOptions beside, PointFormat format)
    {
        foreach (string? named in (string?[])[path, beside.IdsPath, beside.PayloadsPath])
        {
            using FileStream? regular = named is null ? null : InputFiles.Open(named);
        }

        if (format.HasKeys()
            && (beside.IdsPath is not null || beside.PayloadsPath is not null || beside.Vector is not null))
        {
            throw new UserException(
                ExitCode.Usage,
                $"{path}: points have their own ids, payloads and names of vectors; --ids, --payloads and "
                + "--vector are for files of vectors.");
        }
    }

    /// <summary>The collection that gets the points.</summary>
    private sealed class Target(
        ProgramOptions options, string name, string? metric, string? index, string? like)
    {
        private readonly string _path = CollectionSet.PathIn(options.CollectionsFolder, name);

        internal ImportReport Run(PointReader points, PointFormat format, Output output)
        {
            bool isNew = !Collection.Exists(_path);
            long start = Stopwatch.GetTimestamp();
            Collection collection = isNew ? Create(points) : Existing();
            try
            {
                Action<long, long> shown = TransferParts.Progress("import into " + name, output);
                ImportResult result = collection.Import(
                    points, done => shown(
                        points.Count is null ? points.BytesRead : done, points.Count ?? points.Bytes));
                return new ImportReport(
                    name,
                    points.Path,
                    format.ToString(),
                    isNew,
                    result.Points,
                    collection.Count,
                    collection.Bytes,
                    Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            catch when (isNew)
            {
                collection.Dispose();
                TryDrop();
                throw;
            }
            finally
            {
                collection.Dispose();
            }
        }

        private Collection Existing()
        {
            Collection collection = TransferParts.Open(options, name);
            string there = collection.Options.Default.Metric.ToString().ToLowerInvariant();
            if (like is null && index is null && (metric is null || metric == there))
            {
                return collection;
            }

            collection.Dispose();
            throw new UserException(
                ExitCode.Usage,
                like is not null || index is not null
                    ? $"There is a collection '{name}' already; --like and --index are for a new one."
                    : $"Collection '{name}' has the metric {there}, not {metric}, for ever. Use another "
                    + $"one.");
        }

        private Collection Create(PointReader points)
        {
            CollectionOptions shape = like is null ? Shape(points) : Like();
            return Collection.Create(_path, shape, new CollectionSettings { SealBytes = Limits.SealBytes });
        }

        private CollectionOptions Like()
        {
            if (metric is not null || index is not null)
            {
                throw new UserException(ExitCode.Usage, "Give only one of --like and --metric, --index.");
            }

            return Collection.Describe(CollectionSet.PathIn(
                options.CollectionsFolder,
                VerifyCommand.Existing(options.CollectionsFolder, like!))).Options;
        }

        private CollectionOptions Shape(PointReader points)
        {
            if (points.Vectors.Count == 0)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"{points.Path}: its first point has no vector, so it does not say what the new "
                    + $"collection '{name}' is. Use --like, or put a point with all vectors first.");
            }

            return new CollectionOptions
            {
                Vectors =
                [
                    .. points.Vectors.Select(vector => new VectorOptions
                    {
                        Name = vector.Name,
                        Dimension = vector.Dimension,
                        Metric = Enum.Parse<Metric>(metric ?? Metrics[0], ignoreCase: true),
                        Fingerprint = "",
                        Index = new IndexOptions { Kind = SearchStrategies.KindOf(index ?? "auto") },
                    }),
                ],
            };
        }

        /// <summary>What made it go is what is reported.</summary>
        private void TryDrop()
        {
            try
            {
                Collection.Drop(_path);
            }
            catch (IndexException)
            {
                // Without its descriptor it is no collection any more.
            }
        }
    }
}
