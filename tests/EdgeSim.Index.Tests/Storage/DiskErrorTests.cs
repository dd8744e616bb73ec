using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// A disk that refuses at every call of a program there is, once or for ever, in every way: what was accepted
/// stays and can be read, the failure is a typed one, and when the disk is well again so is the collection.
/// </summary>
public sealed class DiskErrorTests(ITestOutputHelper output)
{
    private const int ChangesMax = 12;
    private const int Keys = 40;

    /// <summary>More than the calls of the program.</summary>
    private const int CallsMax = 600;

    [Theory]
    [InlineData(Errno.NoSpace, false, 0.5, Durability.Always)]
    [InlineData(Errno.NoSpace, true, 0.5, Durability.Always)]
    [InlineData(Errno.NoSpace, true, 0.0, Durability.None)]
    [InlineData(Errno.InputOutput, false, 1.0, Durability.Interval)]
    [InlineData(Errno.InputOutput, true, 1.0, Durability.Always)]
    [InlineData(Errno.ReadOnlyFileSystem, true, 0.0, Durability.Interval)]
    [InlineData(Errno.TooManyOpenFiles, false, 0.9, Durability.Always)]
    [InlineData(Errno.TooManyOpenFiles, true, 0.9, Durability.None)]
    [InlineData(Errno.AccessDenied, false, 0.1, Durability.Always)]
    public void AnyCall_Fails_NothingAcceptedIsLost(
        int errno, bool isForEver, double writtenPart, Durability durability)
    {
        using var directory = new TortureDirectory();
        int failures = 0;
        int ghosts = 0;
        for (int call = 1; call < CallsMax; call += Emulation.Choose(1, 23))
        {
            string path = directory.Sub($"c{call}");
            var disk = new FaultyFiles { WrittenPart = writtenPart };
            var program = new Program(path, disk, durability);
            disk.FailWhen(next => next.Number == call || (isForEver && next.Number > call), errno);
            program.Run();
            failures += program.Failures;
            disk.Heal();
            program.RunHealed();
            ghosts += program.Ghosts;
            if (disk.Failures == 0)
            {
                output.WriteLine($"{call} calls, {failures} refused steps, {ghosts} unknown ends");
                Assert.True(isForEver || ghosts == 0);
                Assert.InRange(call, 40, CallsMax - 1);
                Assert.True(failures > 20);
                return;
            }

            Directory.Delete(path, recursive: true);
        }

        Assert.True(Emulation.IsOn, $"The program takes more than {CallsMax} calls.");
    }

    [Fact]
    public void Seal_DiskStaysFull_LeavesNoFilesOfAttempts()
    {
        using var directory = new TortureDirectory();
        string path = directory.Sub("c");
        var disk = new FaultyFiles();
        using Collection collection = Collection.Create(path, Rows.Options(Metric.Dot, 6), Rows.Quiet, disk);
        Rows.Add(collection, 0, 100, 71);
        collection.Seal();
        string[] before = Directory.GetFiles(path);
        foreach (string part in (string[])["segment-", "state-", "manifest"])
        {
            foreach (TraceKind kind in (TraceKind[])[
                TraceKind.Create, TraceKind.Write, TraceKind.Flush, TraceKind.Rename, TraceKind.Read])
            {
                Rows.Add(collection, 0, 10, 71); // Replaces ten, so there is a state file to write.
                disk.FailWhen(
                    call => call.Kind == kind
                        && Path.GetFileName(call.Path).StartsWith(part, StringComparison.Ordinal),
                    Errno.NoSpace);
                for (int i = 0; i < 5; i++)
                {
                    try
                    {
                        collection.Compact();
                    }
                    catch (IndexStorageException)
                    {
                        Rows.AssertHolds(collection, 100);
                    }
                }

                disk.Heal();
                collection.Compact();
                Rows.AssertHolds(collection, 100);
                Assert.InRange(Directory.GetFiles(path).Length, 4, before.Length + 2);
            }
        }
    }

    [Fact]
    public void Merge_RowsWaitForAFullDisk_IsNotTriedAgainAndAgain()
    {
        using var directory = new TortureDirectory();
        var disk = new FaultyFiles();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, 6), Rows.Quiet, disk);
        for (ulong i = 0; i < 3; i++)
        {
            Rows.Add(collection, 10 * i, 10, 71);
            collection.Seal();
        }

        Rows.Add(collection, 30, 10, 71);
        disk.FailWhen(call => call.Kind == TraceKind.Write && call.Path.Contains("manifest"), Errno.NoSpace);
        Assert.Throws<IndexStorageException>(collection.Seal);
        int calls = disk.Calls;
        Assert.Throws<IndexStorageException>(() => collection.Compact());
        Assert.InRange(disk.Calls - calls, 0, 40);
        disk.Heal();
        collection.Compact();
        Assert.Single(collection.Segments);
        Rows.AssertHolds(collection, 40);
    }

    [Fact]
    public void Flush_FailedBefore_ReturnsOnlyWhenAllIsDurable()
    {
        using var directory = new TortureDirectory();
        var recorded = new RecordedFiles(directory.Path);
        var disk = new FaultyFiles(recorded);
        CollectionOptions options = Rows.Options(Metric.Dot, 6) with { Durability = Durability.Interval };
        using Collection collection = Collection.Create(
            directory.Sub("c"), options, Rows.Quiet with { FlushIntervalMs = 60_000 }, disk);
        Rows.Add(collection, 0, 10, 71);
        disk.FailWhen(call => call.Kind == TraceKind.Flush, Errno.InputOutput, times: 1);
        Assert.Throws<IndexStorageException>(collection.Flush);
        Rows.AssertHolds(collection, 10);
        collection.Flush();
        var model = new DiskModel();
        Array.ForEach(recorded.ToTrace(), step => model.Apply(step));
        var random = new SplitMix64(1);
        using var cut = new TortureDirectory();
        model.Image(CutMode.Synced, ref random).WriteTo(cut.Path);
        using Collection again = Collection.Open(cut.Sub("c"), Rows.Quiet);
        Rows.AssertHolds(again, 10);
    }

    /// <summary>Writes, seals, compacts and reopens, and knows what was accepted.</summary>
    private sealed class Program(string path, FaultyFiles disk, Durability durability)
    {
        private readonly StoreModel _model = new(StoreBatch.Options(durability));
        private readonly CollectionSettings _settings = Rows.Quiet with { FlushIntervalMs = 60_000 };
        private Collection? _collection;
        private long _next = 1;
        private bool _isLastUnknown;

        internal int Failures { get; private set; }

        /// <summary>
        /// Batches that were reported as failed and were there when the collection was opened again.
        /// </summary>
        internal int Ghosts { get; private set; }

        internal void Run()
        {
            for (int round = 0; round < 2; round++)
            {
                Try(Open);
                for (int i = 0; i < 2; i++)
                {
                    Write();
                    Try(() => _collection!.Seal());
                }

                Write();
                Try(() => _collection!.Flush());
                Try(() => _collection!.Compact());
                Write();
                Try(Close);
            }
        }

        /// <summary>
        /// Everything accepted is there, before and after opening, and the collection goes on.
        /// </summary>
        internal void RunHealed()
        {
            int before = Failures;
            Open();
            Compare();
            Write();
            _collection!.Seal();
            Write();
            Compare();
            _collection.Compact();
            Compare();
            Close();
            Open();
            Compare();
            foreach (var view in _collection.Read().Snapshot.Views)
            {
                view.Segment.Verify();
            }

            Close();
            Assert.Equal(before, Failures);
        }

        private void Open()
        {
            _collection ??= Collection.Exists(path)
                ? Collection.Open(path, _settings, disk)
                : Collection.Create(path, StoreBatch.Options(durability), _settings, disk);
            StoreBatch last = StoreBatch.Of(_next, ChangesMax, Keys);
            if (_isLastUnknown && _collection.PayloadOf(StoreBatch.TagKey) is { } payload
                && payload.AsSpan().SequenceEqual(last.Changes[0].Payload.ToBytes()))
            {
                // It could not be cut off, nor could a note that it failed be made, before the process ended.
                _model.Apply(last);
                _next++;
                Ghosts++;
            }

            _isLastUnknown = false;
        }

        private void Close()
        {
            Collection? closing = _collection;
            _collection = null;
            closing?.Dispose();
        }

        private void Write()
        {
            if (_collection is null)
            {
                return;
            }

            // The same batch until it is accepted: one that failed at the end of a process may be there.
            StoreBatch batch = StoreBatch.Of(_next, ChangesMax, Keys);
            WriteBatch write = _collection.NewBatch();
            batch.AddTo(write, _collection.Options);
            ulong sequence = Sequence();
            _isLastUnknown = true;
            Try(() =>
            {
                Assert.Equal(sequence + 1, _collection.Write(write).Sequence);
                _model.Apply(batch);
                _next++;
                _isLastUnknown = false;
            });
            Compare();
        }

        private ulong Sequence()
        {
            using CollectionReader reader = _collection!.Read();
            return reader.Sequence;
        }

        private void Compare()
        {
            using CollectionReader reader = _collection!.Read();
            _model.Compare(reader);
        }

        private void Try(Action step)
        {
            if (_collection is null && step != (Action)Open && step != (Action)Close)
            {
                return;
            }

            try
            {
                step();
            }
            catch (IndexStorageException refused)
            {
                Failures++;
                Assert.StartsWith(path, refused.Path);
                Assert.NotNull(refused.InnerException);
                if (_collection is not null)
                {
                    Compare();
                }
            }
        }
    }
}
