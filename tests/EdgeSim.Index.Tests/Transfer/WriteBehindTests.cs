using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Tests.Transfer;

[Trait("kernels", "any")]
public sealed class WriteBehindTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_BlocksOfAnySize_AreInTheFileInOrderWithTheirChecksums(bool hasThread)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("f");
        var random = new SplitMix64(61);
        var expected = new List<byte>();
        var sums = new List<uint>();
        var checksums = new List<uint>();
        using (SafeFileHandle file = DurableFiles.Disk.Create(path))
        using (var writer = new WriteBehind(DurableFiles.Disk, file, hasThread))
        {
            byte[] block = new byte[SegmentLayout.BlockBytes];
            for (int i = 0; i < 300; i++)
            {
                int count = 1 + random.Below(block.Length);
                block.AsSpan(0, count).Fill((byte)i);
                BitConverter.TryWriteBytes(block, random.Next());
                int offset = expected.Count;
                expected.AddRange(block[..count]);
                sums.Add(Crc32C.Of(block.AsSpan(0, count)));
                block = writer.Write(block, count, offset, checksums);
            }

            writer.Drain();
            Assert.Equal(sums, checksums);
            Assert.True(expected.ToArray().AsSpan().SequenceEqual(File.ReadAllBytes(path)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public void Write_DiskRefuses_ThrowsInTheCallerEverAfterAndWritesNothingMore(int failing)
    {
        using var directory = new TemporaryDirectory();
        var disk = new FaultyFiles();
        using SafeFileHandle file = disk.Create(directory.Sub("f"));
        int writes = 0;
        disk.FailWhen(
            call => call.Kind == TraceKind.Write && Interlocked.Increment(ref writes) == failing,
            Errno.NoSpace);
        using var writer = new WriteBehind(disk, file, hasThread: true);
        Assert.Throws<IOException>(() =>
        {
            byte[] block = new byte[SegmentLayout.BlockBytes];
            for (int i = 0; i < 200; i++)
            {
                block = writer.Write(block, block.Length, (long)i * block.Length, []);
            }

            writer.Drain();
        });
        Assert.Throws<IOException>(writer.Drain);
        Assert.Throws<IOException>(() => writer.Write(new byte[SegmentLayout.BlockBytes], 1, 0, []));
        writer.Dispose();
        Assert.Equal(failing, writes);
    }

    [Fact]
    public void Write_DiskIsSlow_CallerWaitsWhenAsManyBlocksWaitAsMay()
    {
        using var directory = new TemporaryDirectory();
        using var gate = new ManualResetEventSlim();
        var disk = new FaultyFiles();
        using SafeFileHandle file = disk.Create(directory.Sub("f"));
        disk.FailWhen(Held(gate), Errno.NoSpace);
        using var writer = new WriteBehind(disk, file, hasThread: true);
        int taken = 0;
        Task caller = Task.Run(() =>
        {
            for (int i = 0; i < 2 * IndexLimits.LoadedBlocksWaitingMax; i++)
            {
                writer.Write(new byte[SegmentLayout.BlockBytes], 1, i, []);
                Interlocked.Increment(ref taken);
            }

            writer.Drain();
        });
        Assert.True(SpinWait.SpinUntil(
            () => Volatile.Read(ref taken) == IndexLimits.LoadedBlocksWaitingMax, 10_000));
        Assert.False(caller.Wait(50));
        Assert.Equal(IndexLimits.LoadedBlocksWaitingMax, Volatile.Read(ref taken));
        gate.Set();
        Assert.True(caller.Wait(10_000));
        Assert.Equal(2 * IndexLimits.LoadedBlocksWaitingMax, RandomAccess.GetLength(file));
    }

    [Fact]
    public void Dispose_BlocksWait_GivesThemUpAndReturnsAfterTheOneBeingWritten()
    {
        using var directory = new TemporaryDirectory();
        using var gate = new ManualResetEventSlim();
        var disk = new FaultyFiles();
        using SafeFileHandle file = disk.Create(directory.Sub("f"));
        disk.FailWhen(Held(gate), Errno.NoSpace);
        var writer = new WriteBehind(disk, file, hasThread: true);
        for (int i = 0; i < 10; i++)
        {
            writer.Write(new byte[SegmentLayout.BlockBytes], 1, i, []);
        }

        Assert.True(SpinWait.SpinUntil(() => disk.Calls == 2, 10_000)); // Create, and a write that is held.
        Task disposing = Task.Run(writer.Dispose);
        Assert.False(disposing.Wait(50));
        gate.Set();
        Assert.True(disposing.Wait(10_000));
        Assert.Equal(1, RandomAccess.GetLength(file));
        Assert.Throws<ObjectDisposedException>(writer.Drain);
        writer.Dispose();
    }

    /// <summary>Never fails, and lets no write pass before it is set.</summary>
    private static Func<FileCall, bool> Held(ManualResetEventSlim gate) => call =>
    {
        if (call.Kind == TraceKind.Write)
        {
            gate.Wait(10_000);
        }

        return false;
    };
}
