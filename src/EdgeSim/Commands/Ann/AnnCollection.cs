using System.Diagnostics;
using EdgeSim.Index;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// The base as a collection: imported as <c>edgesim import</c> does it, sealed and merged, or one that was
/// made so before. Row i of the base has the key i.
/// </summary>
internal sealed class AnnCollection : IDisposable
{
    private readonly bool _isTemporary;

    private AnnCollection(Collection collection, double? buildSeconds, bool isTemporary)
    {
        Collection = collection;
        BuildSeconds = buildSeconds;
        _isTemporary = isTemporary;
    }

    internal Collection Collection { get; }

    /// <summary>From the first row to the last sealed and merged file; null: it was there.</summary>
    internal double? BuildSeconds { get; }

    /// <summary>
    /// Bytes that answer questions: codes, their side numbers, keys and search structures. Without payloads
    /// and what finds points by their key.
    /// </summary>
    internal long IndexBytes
    {
        get
        {
            using CollectionReader reader = Collection.Read();
            return reader.Snapshot.Views.Sum(
                view => view.Segment.Sections.Where(IsForSearch).Sum(section => section.Bytes));
        }
    }

    /// <summary>Opens the collection that the options name, or makes one.</summary>
    /// <exception cref="UserException">The one that is there holds something else.</exception>
    internal static AnnCollection OpenOrBuild(AnnOptions options, VectorFile rows, Output output)
    {
        if (options.CollectionPath is { } path && Collection.Exists(path))
        {
            return Reuse(path, options, rows);
        }

        string place = options.CollectionPath
            ?? Path.Combine(options.DataFolder, $"bench-{Environment.ProcessId}");
        return Build(place, options, rows, output);
    }

    /// <summary>Closes it, and removes it where it was made for this run alone.</summary>
    public void Dispose()
    {
        string path = Collection.Path;
        Collection.Dispose();
        if (_isTemporary)
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>
    /// Within a budget, mapped files get what is left beside the runtime and the heap.
    /// </summary>
    private static CollectionSettings SettingsFor(AnnOptions options) => options.RamBytes is { } ram
        ? CollectionSettings.Default with
        {
            MappedBytesMax = Math.Max(
                IndexLimits.MappedBytesMin, ram - Limits.RuntimeBytes - Limits.BenchHeapBytesMin),
        }
        : CollectionSettings.Default;

    private static bool IsForSearch(Section section)
        => section.Id is not (SectionId.Payloads or SectionId.PayloadOffsets or SectionId.PayloadIndexes
            or SectionId.KeyOrder or SectionId.KeyFilter);

    private static AnnCollection Reuse(string path, AnnOptions options, VectorFile rows)
    {
        Collection collection = Collection.Open(path, SettingsFor(options));
        try
        {
            VectorOptions vector = collection.Options.Default;
            if (vector.Dimension != rows.Dimension || vector.Metric != options.Metric
                || collection.Count != rows.Count)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"{path} holds {collection.Count} vectors of {vector.Dimension} for {vector.Metric}, the "
                    + $"base {rows.Count} of {rows.Dimension} and --metric is {options.Metric}. Name another "
                    + "--collection.");
            }

            IndexKind kind = options.Strategy.Kind;
            if (kind != IndexKind.Flat && vector.Index.Kind != kind)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"{path} was made for {vector.Index.Kind} and --strategy {options.Strategy.Name} needs "
                    + $"{kind}. Name another --collection.");
            }

            return new AnnCollection(collection, null, isTemporary: false);
        }
        catch
        {
            collection.Dispose();
            throw;
        }
    }

    private static AnnCollection Build(string path, AnnOptions options, VectorFile rows, Output output)
    {
        long start = Stopwatch.GetTimestamp();
        Collection collection = Collection.Create(
            path,
            CollectionOptions.Of(
                new VectorOptions
                {
                    Dimension = rows.Dimension,
                    Metric = options.Metric,
                    Fingerprint = "",
                    Index = new IndexOptions { Kind = options.Strategy.Kind },
                }));
        try
        {
            using PointReader points = PointReader.Open(
                options.BasePath, TransferParts.Format(null, options.BasePath), new PointReaderOptions());
            collection.Import(
                points,
                done => output.Progress("loading", done, rows.Count),
                (done, of) => output.Progress("linking", done, of));
            collection.Compact();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new AnnCollection(collection, seconds, options.CollectionPath is null);
        }
        catch
        {
            collection.Dispose();
            Collection.Drop(path);
            throw;
        }
    }
}
