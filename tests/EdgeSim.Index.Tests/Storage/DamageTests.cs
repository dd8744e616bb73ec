using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// A damaged collection either answers as if nothing had happened, or throws one of our errors with a path,
/// or holds a prefix of what was written and says that it threw something away: never another exception,
/// never another answer. Every bit of every file is flipped, and every file is cut at every length.
/// </summary>
public sealed class DamageTests : IDisposable
{
    private const int Batches = 8;
    private const int ChangesMax = 4;
    private const int Keys = 9;
    private const int LargeBytes = 9000;

    private readonly TortureDirectory _directory = new();
    private readonly List<StoreModel> _history = [];
    private readonly string _closed;
    private readonly string _killed;

    public DamageTests()
    {
        _closed = _directory.Sub("closed");
        _killed = _directory.Sub("killed");
        var model = new StoreModel(StoreBatch.Options(Durability.Always));
        _history.Add(model);
        using Collection collection = Collection.Create(
            _closed, StoreBatch.Options(Durability.Always), Rows.Quiet);
        WriteBatch write = collection.NewBatch();
        for (int i = 1; i <= Batches; i++)
        {
            StoreBatch batch = StoreBatch.Of(i, ChangesMax, Keys);
            batch.AddTo(write, collection.Options);
            collection.Write(write);
            model = model.Clone();
            model.Apply(batch);
            _history.Add(model);
            if (i is 3 or 5)
            {
                collection.Seal(); // Two segments, and dead rows in the first.
            }
        }

        Copy(_closed, _killed);
    }

    public static TheoryData<string, bool> Files()
    {
        var files = new TheoryData<string, bool>();
        foreach (bool isClosed in (bool[])[true, false])
        {
            foreach (string prefix in (string[])["log-", "segment-", "state-", "manifest", "collection.json"])
            {
                files.Add(prefix, isClosed);
            }
        }

        return files;
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_OneBitFlipped_IsNoticedOrDoesNotMatter(string prefix, bool isClosed)
    {
        string path = isClosed ? _closed : _killed;
        string damaged = _directory.Sub("damaged");
        foreach (string file in Directory.GetFiles(path, prefix + "*"))
        {
            byte[] bytes = File.ReadAllBytes(file);
            int step = bytes.Length > LargeBytes ? LongRun.Choose(7, 1, 997) : Emulation.Choose(1, 61);
            for (int bit = 0; bit < bytes.Length * 8; bit += step)
            {
                if (IsGap(bytes, bit / 8) && bit % 61 != 0)
                {
                    continue;
                }

                Copy(path, damaged);
                byte[] flipped = (byte[])bytes.Clone();
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(Path.Combine(damaged, Path.GetFileName(file)), flipped);
                Check(damaged, isClosed, $"{Path.GetFileName(file)}, byte {bit / 8}, bit {bit % 8}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_CutAtAnyLength_IsNoticedOrDoesNotMatter(string prefix, bool isClosed)
    {
        string path = isClosed ? _closed : _killed;
        string damaged = _directory.Sub("damaged");
        foreach (string file in Directory.GetFiles(path, prefix + "*"))
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int length = 0; length <= bytes.Length; length += StepAt(length, bytes.Length))
            {
                Copy(path, damaged);
                File.WriteAllBytes(Path.Combine(damaged, Path.GetFileName(file)), bytes[..length]);
                Check(damaged, isClosed, $"{Path.GetFileName(file)} cut at {length}", isCut: true);
            }

            Copy(path, damaged);
            File.WriteAllBytes(Path.Combine(damaged, Path.GetFileName(file)), [.. bytes, 0]);
            Check(damaged, isClosed, $"{Path.GetFileName(file)} with a byte more");
            Copy(path, damaged);
            File.Delete(Path.Combine(damaged, Path.GetFileName(file)));
            Check(damaged, isClosed, $"{Path.GetFileName(file)} missing", isCut: true);
        }
    }

    /// <summary>
    /// The tests above can fail: damage with a checksum to match is a wrong answer, and is seen as one.
    /// </summary>
    [Fact]
    public void Check_DamageWithTheChecksumsToMatch_SeesTheWrongAnswer()
    {
        string file = Directory.GetFiles(_killed, "log-*").Single();
        byte[] bytes = File.ReadAllBytes(file);
        int at = LogHeader.SizeBytes;
        int end = EndOf(at);
        for (int next = (end + 7) & ~7; BitConverter.ToUInt64(bytes, next + 8) != 0; next = (end + 7) & ~7)
        {
            at = next; // The last record: what is in the others may have been replaced.
            end = EndOf(at);
        }

        int codes = bytes.AsSpan(at, end - at).IndexOf<byte>([0xC4, 16]) + 2; // Of the first vector in it.
        bytes[at + codes] ^= 1;
        BitConverter.TryWriteBytes(bytes.AsSpan(at), Crc32C.Of(bytes.AsSpan(at + 4, end - at - 4)));
        File.WriteAllBytes(file, bytes);
        var wrong = Assert.ThrowsAny<Exception>(() => Check(_killed, isClosed: false, "patched"));
        Assert.Contains("differs", wrong.Message);

        int EndOf(int record) => record + LogRecordHeader.SizeBytes + BitConverter.ToInt32(bytes, record + 4);
    }

    [Fact]
    public void Open_SegmentReplaced_SaysByWhat()
    {
        string file = Directory.GetFiles(_closed, "segment-*").Order().First();
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, new byte[8192]);
        Assert.Contains(
            "not begin like", Assert.Throws<IndexFormatException>(() => Collection.Open(_closed)).Message);
        byte[] future = (byte[])bytes.Clone();
        future[8] = 3;
        File.WriteAllBytes(file, future);
        Assert.Contains(
            "version 3", Assert.Throws<IndexFormatException>(() => Collection.Open(_closed)).Message);
        File.WriteAllBytes(file, File.ReadAllBytes(Directory.GetFiles(_closed, "segment-*").Order().Last()));
        Assert.Contains(
            "committed", Assert.Throws<IndexCorruptException>(() => Collection.Open(_closed)).Message);
        File.Delete(file);
        Assert.Contains(
            "missing", Assert.Throws<IndexCorruptException>(() => Collection.Open(_closed)).Message);
    }

    [Fact]
    public void Merge_DamagedBlock_LeavesThatFileAndGoesOn()
    {
        string path = _directory.Sub("merged");
        Rows.Create(path, Metric.Dot, 5, 9, 71).Dispose();
        string file = Directory.GetFiles(path, "segment-*").Single();
        byte[] bytes = File.ReadAllBytes(file);
        var header = System.Runtime.InteropServices.MemoryMarshal.Read<SegmentHeader>(bytes);
        int offset = (int)header.Sections[0].Offset;
        bytes[offset + 3] ^= 8; // A code.
        File.WriteAllBytes(file, bytes);
        using Collection collection = Collection.Open(path, Rows.Quiet);
        for (ulong i = 1; i <= 20; i++)
        {
            Rows.Add(collection, 9 * i, 9, 71);
            collection.Seal();
            collection.Compact();
        }

        Assert.Contains(collection.Segments, segment => segment.FileName == Path.GetFileName(file));
        Assert.InRange(collection.Segments.Count, 2, 5);
        Assert.Equal(Enumerable.Range(0, 189).Select(key => (Key)(ulong)key), collection.Keys());
        Assert.Equal(Rows.Payload(3), collection.PayloadOf(3));
        IndexCorruptException error = Assert.Throws<IndexCorruptException>(
            () => collection.Search([1, 2, 3, 4, 5], new SearchScratch(), new Match[3]));
        Assert.Equal((file, (long?)offset), (error.Path, error.Offset));
    }

    /// <summary>Opens, verifies and compares with every state that there may be.</summary>
    private void Check(string path, bool isClosed, string what, bool isCut = false)
    {
        try
        {
            _ = Collection.Describe(path);
            using Collection collection = Collection.Open(path, Rows.Quiet);
            collection.Verify();
            using CollectionReader reader = collection.Read();
            Assert.InRange(reader.Sequence, 0ul, (ulong)Batches);
            _history[(int)reader.Sequence].Compare(reader);

            // Of a log that nobody closed, whole records may be missing at the end without a trace.
            bool mayLack = collection.Recovery.DiscardedBytes > 0 || (isCut && !isClosed);
            Assert.True(
                reader.Sequence == Batches || mayLack, $"{reader.Sequence} batches, and it says nothing");
        }
        catch (IndexException error)
        {
            Assert.StartsWith(path, error.Path);
        }
        catch (Exception error)
        {
            throw new InvalidDataException($"{what}: {error.GetType().Name}: {error.Message}", error);
        }
    }

    /// <summary>Of a large file every length around its header and its end, and some between.</summary>
    private static int StepAt(int length, int bytes)
        => bytes > LargeBytes && length > 4100 && length < bytes - 50
            ? Math.Min(LongRun.Choose(211, 1, 3001), bytes - 50 - length)
            : bytes > LargeBytes && length is > 200 and < 4050 ? 50 : Emulation.Choose(1, 67);

    /// <summary>
    /// Whether a byte is one of many zeros in a row: padding and unused tables, of which samples do.
    /// </summary>
    private static bool IsGap(byte[] bytes, int at)
        => bytes.AsSpan(Math.Max(0, at - 16), Math.Min(32, bytes.Length - Math.Max(0, at - 16)))
            .IndexOfAnyExcept((byte)0) < 0;

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(to))
        {
            File.Delete(file);
        }

        foreach (string file in Directory.GetFiles(from).Where(file => !file.EndsWith("LOCK")))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
