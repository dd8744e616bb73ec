using System.Diagnostics;
using System.Text.Json;
using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary>
/// Brings a collection up to date with a list of items: encodes what is new or changed, in batches that are
/// durable one by one, and goes on after a file that is refused.
/// </summary>
public sealed class FolderIndexer(SimilarityEngine engine, Output output)
{
    private readonly List<NewPoint> batch = [];
    private readonly List<string> batchPaths = [];
    private readonly List<RefusedFile> refused = [];
    private long batchBytes;
    private int stored;
    private double readMs, encodeMs, commitMs;

    /// <param name="collection">Created when it is not there.</param>
    /// <param name="model">The model of a new collection, or null for the default of the items.</param>
    /// <param name="items">One modality only.</param>
    /// <param name="count">How many they are at most, for the progress bar.</param>
    public IndexReport Run(string collection, string? model, IEnumerable<IndexItem> items, int count)
    {
        Reset();
        int done = 0, unchanged = 0;
        foreach (IndexItem item in items)
        {
            output.Progress($"encoding into {collection}", done++, count);
            if (item.CaptionRefused is { } caption)
            {
                refused.Add(caption);
            }

            if (IsStored(collection, item))
            {
                unchanged++;
                continue;
            }

            // Before the file is read: the largest one allowed and a full batch are never held together.
            if (batch.Count == Limits.BatchItemsMax || batchBytes + BytesOf(item) > Limits.BatchBytesMax)
            {
                Flush(collection, model);
            }

            Read(item);
        }

        Flush(collection, model);
        output.Progress($"encoding into {collection}", count, count);
        return Report(collection, unchanged);
    }

    /// <summary>What the batch holds of an item; captions are a few hundred bytes and not counted.</summary>
    private static long BytesOf(IndexItem item) => item.Text is null ? item.Payload.Bytes : 0;

    private void Reset()
    {
        batch.Clear();
        batchPaths.Clear();
        refused.Clear();
        batchBytes = stored = 0;
        readMs = encodeMs = commitMs = 0;
    }

    private bool IsStored(string collection, IndexItem item) =>
        engine.TryGetPayload(collection, item.Key, out JsonElement? payload)
        && payload is { } stored
        && item.Payload.IsOfSameContent(ItemPayload.From(stored));

    private void Read(IndexItem item)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            PointInput input = item.Text is { } text ? PointInput.FromText(text)
                : FolderScanner.IsText(item.File) ? PointInput.FromText(InputFiles.ReadText(item.File))
                : PointInput.FromImage(InputFiles.ReadImage(item.File));
            byte[] payload = JsonSerializer.SerializeToUtf8Bytes(
                item.Payload, JsonFormats.Default.ItemPayload);
            batch.Add(new NewPoint(item.Key, input, payload));
            batchPaths.Add(item.Payload.Path);
            batchBytes += BytesOf(item);
        }
        catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException)
        {
            refused.Add(new RefusedFile(item.Payload.Path, e.Message));
        }

        readMs += Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private void Flush(string collection, string? model)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var reply = (AddReply)engine.Execute(new AddRequest(collection, model, batch, SkipRefused: true));
        foreach (RefusedPoint point in reply.Refused ?? [])
        {
            refused.Add(new RefusedFile(batchPaths[point.Index], point.Reason));
        }

        stored += batch.Count - (reply.Refused?.Count ?? 0);
        encodeMs += reply.EncodeMs;
        commitMs += reply.CommitMs;
        batch.Clear();
        batchPaths.Clear();
        batchBytes = 0;
    }

    private IndexReport Report(string collection, int unchanged)
    {
        // When everything was refused, there is no collection.
        CollectionItem? now = engine.Exists(collection)
            ? ((CollectionsReply)engine.Execute(new CollectionsRequest(collection))).Collections[0]
            : null;
        return new IndexReport(
            collection,
            now?.Model ?? "",
            now?.Dimension ?? 0,
            now?.Points ?? 0,
            stored,
            unchanged,
            [.. refused],
            readMs,
            encodeMs,
            commitMs,
            now?.Bytes ?? 0);
    }
}
