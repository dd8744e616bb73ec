using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>
/// Random rows for a bulk load that follow from a tag alone: the puts of a <see cref="StoreBatch"/>, keys
/// that come twice among them.
/// </summary>
internal static class RandomLoad
{
    public static IEnumerable<StoreChange> Puts(long tag, int rowsMax, int keys)
        => StoreBatch.Of(tag, rowsMax, keys).Changes.Where(change => change.Kind == StepKind.Put);

    /// <summary>
    /// Starts a load with files of a few rows and appends everything; committing is the caller's.
    /// </summary>
    public static BulkLoad Append(Collection collection, long tag, int rowsMax, int keys)
    {
        StoreChange[] puts = [.. Puts(tag, rowsMax, keys)];
        long? expected = (tag % 3) switch
        {
            0 => puts.Length,
            1 => puts.Length + 2,
            _ => null,
        };
        BulkLoad load = collection.StartBulkLoad(
            new BulkLoadOptions { SegmentRows = 1 + (int)(tag % 7), RowsExpected = expected });
        try
        {
            foreach (StoreChange put in puts)
            {
                for (int i = 0; i < put.Vectors.Length; i++)
                {
                    if (put.Vectors[i] is { } vector)
                    {
                        load.SetVector(collection.Options.Vectors[i].Name, vector);
                    }
                }

                load.Append(put.Key, put.Payload.ToBytes());
            }

            return load;
        }
        catch
        {
            load.Dispose();
            throw;
        }
    }

    public static void ApplyTo(StoreModel model, long tag, int rowsMax, int keys, CollectionOptions options)
    {
        foreach (StoreChange put in Puts(tag, rowsMax, keys))
        {
            put.ApplyTo(model.Points, options);
        }
    }
}
