using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>
/// Bulk loads among batches, sealings and merges under power cuts; batches are also written between the rows
/// and the commit of a load. A batch whose tag is even is a load.
/// </summary>
internal sealed class LoadSubject(bool hasFaults, Func<FileCall, bool>? forgets = null) : ITortureSubject
{
    private const int ChangesMax = 6;
    private const int LoadRowsMax = 18;
    private const int Keys = 24;
    private const int Batches = 8;

    /// <summary>More than the calls of a load.</summary>
    private const int FaultWithin = 60;

    public void Run(SplitMix64 random, DurableFiles files, string directory, TortureLog log)
    {
        string path = Path.Combine(directory, "c");
        var disk = new FaultyFiles(files);
        disk.LieWhen(forgets ?? (_ => false));
        CollectionOptions options = StoreBatch.Options(Durability.Always);
        using Collection collection = Collection.Exists(path)
            ? Collection.Open(path, Rows.Tiny, disk)
            : Collection.Create(path, options, Rows.Tiny, disk);
        var model = new StoreModel(options);
        foreach (long tag in log.Start.Accepted)
        {
            Apply(model, tag);
        }

        for (int i = 0; i < Batches; i++)
        {
            long tag = (long)(random.Next() >> 1);
            Fault(disk, ref random);
            if (tag % 2 == 0)
            {
                Load(collection, disk, log, model, tag, (long)(random.Next() >> 1) | 1);
            }
            else
            {
                log.Accept(tag);
                Insist(disk, () => Write(collection, tag));
                log.Durable(tag);
                Apply(model, tag);
            }

            switch (random.Below(6))
            {
                case 0:
                    Insist(disk, collection.Seal);
                    break;
                case 1:
                    Insist(disk, () => collection.Compact());
                    break;
                default:
                    break;
            }

            using CollectionReader reader = collection.Read();
            model.Compare(reader);
        }

        disk.FailWhen(_ => false, 0);
    }

    public int Check(DurableFiles files, string directory, TortureHistory history)
    {
        string path = Path.Combine(directory, "c");
        if (!Collection.Exists(path))
        {
            return 0;
        }

        using Collection collection = Collection.Open(path, Rows.Tiny, files);
        Assert.True(collection.Verify().IsSound);
        using CollectionReader reader = collection.Read();
        int count = 0;
        if (reader.TryGet(StoreBatch.TagKey, out Match row))
        {
            count = history.Accepted.LastIndexOf(StoreBatch.TagOf(reader.Payload(row))) + 1;
            Assert.NotEqual(0, count);
        }

        var model = new StoreModel(collection.Options);
        foreach (long tag in history.Accepted[..count])
        {
            Apply(model, tag);
        }

        model.Compare(reader);
        return count;
    }

    /// <summary>Rows, then a batch of somebody else, then the commit.</summary>
    private void Load(
        Collection collection, FaultyFiles disk, TortureLog log, StoreModel model, long tag, long other)
    {
        BulkLoad? load = null;
        Insist(disk, () => load = RandomLoad.Append(collection, tag, LoadRowsMax, Keys));
        if (other % 3 == 0)
        {
            log.Accept(other);
            Insist(disk, () => Write(collection, other));
            log.Durable(other);
            Apply(model, other);
        }

        log.Accept(tag);
        try
        {
            load!.Commit();
        }
        catch (IndexStorageException) when (hasFaults)
        {
            // Nothing has happened, also for those who read now.
            using (CollectionReader reader = collection.Read())
            {
                model.Compare(reader);
            }

            disk.FailWhen(_ => false, 0);
            load!.Dispose();
            load = RandomLoad.Append(collection, tag, LoadRowsMax, Keys);
            load.Commit();
        }

        load.Dispose();
        log.Durable(tag);
        Apply(model, tag);
    }

    private static void Write(Collection collection, long tag)
    {
        WriteBatch batch = collection.NewBatch();
        StoreBatch.Of(tag, ChangesMax, Keys).AddTo(batch, collection.Options);
        collection.Write(batch);
    }

    private static void Apply(StoreModel model, long tag)
    {
        if (tag % 2 == 0)
        {
            RandomLoad.ApplyTo(model, tag, LoadRowsMax, Keys, StoreBatch.Options(Durability.Always));
        }
        else
        {
            model.Apply(StoreBatch.Of(tag, ChangesMax, Keys));
        }
    }

    private void Fault(FaultyFiles disk, ref SplitMix64 random)
    {
        if (hasFaults)
        {
            int from = disk.Calls + 1 + random.Below(FaultWithin);
            bool isOnce = random.Below(2) == 0;
            int errno = random.Below(2) == 0 ? Errno.NoSpace : Errno.InputOutput;
            disk.FailWhen(call => call.Number == from || (!isOnce && call.Number > from), errno);
        }
    }

    private void Insist(FaultyFiles disk, Action step)
    {
        try
        {
            step();
        }
        catch (IndexStorageException) when (hasFaults)
        {
            disk.FailWhen(_ => false, 0);
            step();
        }
    }
}
