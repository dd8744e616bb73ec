using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

/// <summary>
/// A collection, one commit for each batch; every batch replaces the row of key 0. With faults, the disk
/// refuses once in most commits, which are then tried again.
/// </summary>
internal sealed class CollectionSubject(
    int batches = 6, bool faults = false, Func<FileCall, bool>? forgets = null) : ITortureSubject
{
    private const int Dimension = 8;
    private const int RowsMax = 30;

    /// <summary>More than the calls of a commit.</summary>
    private const int FaultWithin = 25;

    public void Run(SplitMix64 random, DurableFiles files, string directory, TortureLog log)
    {
        string path = Path.Combine(directory, "c");
        var disk = new FaultyFiles(files);
        disk.LieWhen(forgets ?? (_ => false));
        using Collection collection = Collection.Exists(path)
            ? Collection.Open(path, disk)
            : Collection.Create(path, Rows.Options(Metric.Dot, Dimension), disk);
        int first = log.Start.Accepted.Length;
        for (int i = first; i < first + batches; i++)
        {
            long tag = (long)(random.Next() >> 1);
            log.Accept(tag);
            foreach ((ulong key, float[] vector) in Batch(tag, i))
            {
                collection.Add(key, vector, BitConverter.GetBytes(tag));
            }

            if (faults)
            {
                int call = disk.Calls + 1 + random.Below(FaultWithin);
                int errno = random.Below(2) == 0 ? Errno.NoSpace : Errno.InputOutput;
                disk.FailWhen(next => next.Number == call, errno);
            }

            Commit(collection);
            log.Durable(tag);
        }
    }

    public int Check(DurableFiles files, string directory, TortureHistory history)
    {
        string path = Path.Combine(directory, "c");
        if (!Collection.Exists(path))
        {
            return 0;
        }

        using Collection collection = Collection.Open(path, files);
        collection.Verify();
        var found = new Dictionary<ulong, long>();
        var matches = new Match[(int)collection.Count + 1];
        int count = collection.Search(new float[Dimension], new SearchScratch(), matches).MatchCount;
        foreach (Match match in matches.AsSpan(0, count))
        {
            found.Add(match.Key, BitConverter.ToInt64(collection.Payload(match)));
        }

        int batch = 0;
        var expected = new Dictionary<ulong, long>();
        while (expected.Count < found.Count && batch < history.Accepted.Length)
        {
            foreach ((ulong key, _) in Batch(history.Accepted[batch], batch))
            {
                expected[key] = history.Accepted[batch];
            }

            batch++;
        }

        Assert.Equal(expected.OrderBy(row => row.Key), found.OrderBy(row => row.Key));
        return batch;
    }

    private static void Commit(Collection collection)
    {
        try
        {
            collection.Commit();
        }
        catch (IndexStorageException)
        {
            collection.Commit();
        }
    }

    /// <summary>Key 0, and some of its own.</summary>
    private static IEnumerable<(ulong Key, float[] Vector)> Batch(long tag, int number)
    {
        var random = new SplitMix64((ulong)tag);
        int rows = 1 + random.Below(RowsMax);
        yield return (0, random.Vector(Dimension));
        for (int i = 0; i < rows; i++)
        {
            yield return ((ulong)((number * RowsMax) + i + 1), random.Vector(Dimension));
        }
    }
}
