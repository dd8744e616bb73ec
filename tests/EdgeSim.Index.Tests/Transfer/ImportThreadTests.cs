using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>
/// Imports that read ahead and write behind, as a program runs them: whichever thread fails, the caller hears
/// of it with its own exception, and nothing is left.
/// </summary>
[Trait("kernels", "any")]
public sealed class ImportThreadTests
{
    private const int Dimension = 16;

    /// <summary>Four blocks of the reader, 20 of the writer.</summary>
    private const int Count = 60_000;

    /// <summary>
    /// Rows alone: linking them takes longer, and several threads make another graph each time.
    /// </summary>
    private static CollectionOptions Options { get; } = Flat(Rows.Options(Metric.Cosine, Dimension));

    [Theory]
    [InlineData(1, Errno.NoSpace)]
    [InlineData(2, Errno.InputOutput)]
    [InlineData(15, Errno.NoSpace)]
    [InlineData(24, Errno.InputOutput)]
    public void Import_AWriteFails_SaysSoAndLeavesNothing(int failing, int errno)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        var disk = new FaultyFiles();
        using Collection collection = Collection.Create(
            path, Flat(Rows.Options(Metric.Dot, Dimension)), CollectionSettings.Default, disk);
        string[] before = Directory.GetFiles(path);
        int writes = 0;
        disk.FailWhen(
            call => call.Kind == TraceKind.Write && Path.GetFileName(call.Path).StartsWith("segment-")
                && Interlocked.Increment(ref writes) >= failing,
            errno);
        using (PointReader points = Open(new MemoryStream(FileOf(Count))))
        {
            Assert.Throws<IndexStorageException>(() => collection.Import(points));
        }

        AssertAsBefore(collection, path, before);
        disk.Heal();
        using PointReader again = Open(new MemoryStream(FileOf(Count)));
        Assert.Equal(Count, collection.Import(again).Points);
        Assert.Equal(Count, collection.Count);
        Assert.True(collection.Verify().IsSound);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_500_000)]
    [InlineData(3_800_000)]
    public void Import_ReadingFails_ThrowsThatAndLeavesNothing(long readable)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(path, Flat(Rows.Options(Metric.Dot, Dimension)));
        string[] before = Directory.GetFiles(path);
        var input = new FailingStream(FileOf(Count));
        using (PointReader points = Open(input))
        {
            input.Readable = readable;
            var failure = Assert.Throws<IOException>(() => collection.Import(points));
            Assert.Equal(FailingStream.Message, failure.Message);
        }

        AssertAsBefore(collection, path, before);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 16_384)]
    [InlineData(3, 49_152)]
    public void Import_FileBecomesShorter_SaysWhereAndLeavesNothing(int blocksLeft, int row)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        string file = directory.Sub("rows.fbin");
        File.WriteAllBytes(file, FileOf(Count));
        using Collection collection = Collection.Create(path, Flat(Rows.Options(Metric.Dot, Dimension)));
        string[] before = Directory.GetFiles(path);
        using (PointReader points = PointReader.Open(file, PointFormat.Fbin, new PointReaderOptions()))
        {
            using (SafeFileHandle cut = DurableFiles.Disk.Open(file))
            {
                DurableFiles.Disk.SetLength(cut, (blocksLeft << 20) + 100);
            }

            var failure = Assert.Throws<TransferException>(() => collection.Import(points));
            Assert.Contains($"row {row}", failure.Message, StringComparison.Ordinal);
            Assert.Contains("become shorter", failure.Message, StringComparison.Ordinal);
        }

        AssertAsBefore(collection, path, before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30_000)]
    [InlineData(Count)]
    public void Import_CallerCancels_StopsEveryThreadAndLeavesNothing(long after)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(path, Flat(Rows.Options(Metric.Dot, Dimension)));
        string[] before = Directory.GetFiles(path);
        using var stop = new CancellationTokenSource();
        using (PointReader points = Open(new MemoryStream(FileOf(Count))))
        {
            Assert.Throws<OperationCanceledException>(() => collection.Import(points, done =>
            {
                if (done >= after)
                {
                    stop.Cancel();
                }

                stop.Token.ThrowIfCancellationRequested();
            }));
        }

        AssertAsBefore(collection, path, before);
    }

    [Fact]
    public void Import_ARowIsRefused_NamesItsBlockAndLeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(path, Flat(Rows.Options(Metric.Dot, Dimension)));
        string[] before = Directory.GetFiles(path);
        byte[] file = FileOf(Count);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(8 + (40_000 * Dimension * 4) + 8), float.NaN);
        using (PointReader points = Open(new MemoryStream(file)))
        {
            var failure = Assert.Throws<TransferException>(() => collection.Import(points));
            Assert.Contains("Component 2 is NaN", failure.Message, StringComparison.Ordinal);
        }

        AssertAsBefore(collection, path, before);
    }

    /// <summary>Behind the header, which has the collection's random id.</summary>
    [Fact]
    public void Import_WithThreadsAndWithout_GivesTheSameBytes()
    {
        using var directory = new TemporaryDirectory();
        byte[] file = FileOf(Count);
        byte[][] segments = new byte[2][];
        for (int i = 0; i < segments.Length; i++)
        {
            string path = directory.Sub($"c{i}");
            using Collection collection = Collection.Create(
                path,
                Options,
                new CollectionSettings { IsBackground = i == 0 });
            using PointReader points = Open(new MemoryStream(file));
            collection.Import(points);
            segments[i] = File.ReadAllBytes(Assert.Single(Directory.GetFiles(path, "segment-*")))[4096..];
        }

        Assert.True(segments[0].AsSpan().SequenceEqual(segments[1]));
    }

    private static void AssertAsBefore(Collection collection, string path, string[] files)
    {
        Assert.Equal(0, collection.Count);
        Assert.Empty(collection.Segments);
        Assert.Equal(files.Order(), Directory.GetFiles(path).Order());
    }

    private static CollectionOptions Flat(CollectionOptions options) => options with
    {
        Vectors = [options.Default with { Index = new IndexOptions { Kind = IndexKind.Flat } }],
    };

    private static PointReader Open(Stream input)
        => PointReader.Open("rows.fbin", input, PointFormat.Fbin, new PointReaderOptions());

    private static byte[] FileOf(int count)
    {
        var random = new SplitMix64(62);
        var bytes = new byte[8 + (count * Dimension * sizeof(float))];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Dimension);
        random.Vector(count * Dimension).CopyTo(MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8)));
        return bytes;
    }

    /// <summary>A disk that cannot read beyond a byte.</summary>
    private sealed class FailingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public const string Message = "the disk cannot read this";

        public long Readable { get; set; } = long.MaxValue;

        public override int Read(byte[] buffer, int offset, int count)
            => Position + count <= Readable
                ? base.Read(buffer, offset, count)
                : throw new IOException(Message);
    }
}
