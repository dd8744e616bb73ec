using EdgeSim.Index.Search.Lists;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// The real collection under power cuts: random batches of every kind of change, with sealing, merging,
/// flushing and reopening in between, everything in the thread that writes, so that a failure happens again.
/// </summary>
internal sealed class StoreSubject : ITortureSubject
{
    private const int ChangesMax = 5;
    private const int Keys = 24;

    /// <summary>More than the calls of a seal with its merges.</summary>
    private const int FaultWithin = 30;

    /// <summary>What writes promise.</summary>
    internal Durability Durability { get; init; } = Durability.Always;

    /// <summary>Batches of a program.</summary>
    internal int Batches { get; init; } = 12;

    /// <summary>Whether the disk refuses now and then, once or until the program has noticed.</summary>
    internal bool HasFaults { get; init; }

    /// <summary>How segments get lists; null: they get none.</summary>
    internal ListOptions? Lists { get; init; }

    /// <summary>The fsyncs that the disk does not do, for canaries.</summary>
    internal Func<FileCall, bool>? Forgets { get; init; }

    private CollectionSettings Settings => new()
    {
        IsBackground = false,
        Lists = Lists,
        SealBytes = IndexLimits.SealBytesMin,
        Durability = Durability,
        FlushIntervalMs = 60_000, // The timer has a thread of its own.
        MergeStepBytes = 1, // Every section is noted, so that merges are gone on with.
    };

    public void Run(SplitMix64 random, DurableFiles files, string directory, TortureLog log)
    {
        string path = Path.Combine(directory, "c");
        var disk = new FaultyFiles(files);
        disk.LieWhen(Forgets ?? (_ => false));
        var program = new Program(this, disk, path, log);
        for (int i = 0; i < Batches; i++)
        {
            program.Step(ref random);
        }

        program.Close();
    }

    public int Check(DurableFiles files, string directory, TortureHistory history)
    {
        string path = Path.Combine(directory, "c");
        if (!Collection.Exists(path))
        {
            return 0;
        }

        using Collection collection = Collection.Open(path, Settings, files);
        using CollectionReader reader = collection.Read();
        foreach (SegmentView view in reader.Snapshot.Views)
        {
            view.Segment.Verify();
        }

        int count = 0;
        if (reader.TryGet(StoreBatch.TagKey, out Match row))
        {
            count = history.Accepted.LastIndexOf(StoreBatch.TagOf(reader.Payload(row))) + 1;
            if (count == 0)
            {
                throw new InvalidDataException(
                    "The newest batch in the collection is none that was accepted.");
            }
        }

        var model = new StoreModel(collection.Options);
        foreach (long tag in history.Accepted[..count])
        {
            model.Apply(StoreBatch.Of(tag, ChangesMax, Keys));
        }

        model.Compare(reader);
        return count;
    }

    /// <summary>The program that uses the store.</summary>
    private sealed class Program
    {
        private readonly StoreSubject _subject;
        private readonly FaultyFiles _disk;
        private readonly string _path;
        private readonly TortureLog _log;
        private readonly StoreModel _model;
        private Collection? _collection;
        private long _last;

        internal Program(StoreSubject subject, FaultyFiles disk, string path, TortureLog log)
        {
            _subject = subject;
            _disk = disk;
            _path = path;
            _log = log;
            _model = new StoreModel(StoreBatch.Options(Durability.Always));
            foreach (long tag in log.Start.Accepted)
            {
                _model.Apply(StoreBatch.Of(tag, ChangesMax, Keys));
            }
        }

        private Collection Collection => _collection ??= Index.Collection.Exists(_path)
            ? Index.Collection.Open(_path, _subject.Settings, _disk)
            : Index.Collection.Create(
                _path, StoreBatch.Options(_subject.Durability), _subject.Settings, _disk);

        internal void Step(ref SplitMix64 random)
        {
            Fault(ref random);
            long tag = (long)(random.Next() >> 1);
            StoreBatch batch = StoreBatch.Of(tag, ChangesMax, Keys);
            Insist(() => _ = Collection.Path);
            _log.Accept(tag);
            Insist(() =>
            {
                WriteBatch write = Collection.NewBatch();
                batch.AddTo(write, Collection.Options);
                Collection.Write(write);
            });
            _last = tag;
            _model.Apply(batch);
            if (_subject.Durability == Durability.Always)
            {
                _log.Durable(tag);
            }

            Fault(ref random);
            switch (random.Below(12))
            {
                case 0 or 1:
                    Insist(Collection.Seal);
                    _log.Durable(tag);
                    break;
                case 2:
                    Insist(() => Collection.Compact());
                    _log.Durable(tag);
                    break;
                case 3 or 4:
                    Insist(Collection.Flush);
                    _log.Durable(tag);
                    break;
                case 5:
                    Close();
                    Insist(() => _ = Collection.Path);
                    break;
                default:
                    break;
            }

            if (_subject.HasFaults)
            {
                using CollectionReader reader = Collection.Read();
                _model.Compare(reader);
            }
        }

        /// <summary>
        /// What closing could not make durable, it says; the next one that opens finds it again.
        /// </summary>
        internal void Close()
        {
            try
            {
                _collection?.Dispose();
                if (_last != 0)
                {
                    _log.Durable(_last);
                }
            }
            catch (IndexStorageException) when (_subject.HasFaults)
            {
                _disk.Heal();
            }

            _collection = null;
        }

        private void Fault(ref SplitMix64 random)
        {
            if (_subject.HasFaults)
            {
                int from = _disk.Calls + 1 + random.Below(FaultWithin);
                bool isOnce = random.Below(2) == 0;
                int errno = random.Below(2) == 0 ? Errno.NoSpace : Errno.InputOutput;
                _disk.FailWhen(call => call.Number == from || (!isOnce && call.Number > from), errno);
            }
        }

        /// <summary>Does something again, on a disk that is well, when the disk refused.</summary>
        private void Insist(Action step)
        {
            try
            {
                step();
            }
            catch (IndexStorageException) when (_subject.HasFaults)
            {
                _disk.FailWhen(_ => false, 0);
                step();
            }
        }
    }
}
