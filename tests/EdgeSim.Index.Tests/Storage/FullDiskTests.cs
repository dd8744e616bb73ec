using System.Runtime.InteropServices;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>A real file system that is really full, or really read-only.</summary>
public sealed partial class FullDiskTests
{
    private const ulong ReadOnly = 1;
    private const ulong Remount = 32;
    private const ulong Bind = 4096;

    [Fact]
    public void Write_DiskIsFullThenReadOnly_LeavesWhatWasAccepted()
    {
        using var directory = new TemporaryDirectory();
        string disk = Directory.CreateDirectory(directory.Sub("disk")).FullName;
        Assert.SkipWhen(
            Mount("tmpfs", disk, "tmpfs", 0, "size=256k") != 0, "Mounting a small disk needs root.");
        try
        {
            string path = Path.Combine(disk, "c");
            int count = 40;
            using (Collection collection = Rows.Create(path, Metric.Dot, 4, count, 71))
            {
                var error = Assert.Throws<IndexStorageException>(
                    () => collection.Upsert(500, [1, 2, 3, 4], Rows.Text(new string('x', 500_000))));
                Assert.Contains("space", error.Message);
                Rows.AssertHolds(collection, count);

                // Until nothing more goes in.
                Assert.Throws<IndexStorageException>(() =>
                {
                    for (; count < 100_000; count += 20)
                    {
                        Rows.Add(collection, (ulong)count, 20, 71);
                    }
                });
                Assert.True(count > 1000);
                Assert.Throws<IndexStorageException>(collection.Seal);
                Assert.Empty(Directory.GetFiles(path, "*.tmp"));
                Rows.AssertHolds(collection, count);
            }

            using (Collection collection = Collection.Open(path, Rows.Quiet))
            {
                Rows.AssertHolds(collection, count);
            }

            // There is room again.
            Assert.Equal(0, Mount("tmpfs", disk, "tmpfs", Remount, "size=2m"));
            using (Collection collection = Collection.Open(path, Rows.Quiet))
            {
                Rows.Add(collection, (ulong)count, 5, 71);
                count += 5;
                collection.Compact();
                Rows.AssertHolds(collection, count);
                Rows.Add(collection, (ulong)count, 5, 71);
                count += 5;
            }

            Assert.Equal(0, Mount("tmpfs", disk, "tmpfs", Remount | ReadOnly, "size=2m"));
            AssertReadsOnly(path, count);

            // As after a copy by somebody who left the lock file out.
            Assert.Equal(0, Mount("tmpfs", disk, "tmpfs", Remount, "size=2m"));
            File.Delete(Path.Combine(path, "LOCK"));
            File.WriteAllText(Path.Combine(path, "segment-0000000999.tmp"), "rubbish");
            Assert.Equal(0, Mount("tmpfs", disk, "tmpfs", Remount | ReadOnly, "size=2m"));
            AssertReadsOnly(path, count);
        }
        finally
        {
            Assert.Equal(0, Unmount(disk));
        }
    }

    [Fact]
    public void Open_SameDirectoryReadAndWritten_ReadersShareAndAWriterIsAlone()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        Rows.Create(path, Metric.Dot, 4, 3, 71).Dispose();
        string view = Directory.CreateDirectory(directory.Sub("view")).FullName;
        Assert.SkipWhen(Mount(path, view, "", Bind, "") != 0, "Mounting a second view needs root.");
        try
        {
            Assert.Equal(0, Mount(path, view, "", Bind | Remount | ReadOnly, ""));
            using (Collection.Open(path))
            {
                var written = Assert.Throws<IndexLockedException>(() => Collection.Open(view));
                Assert.Contains($"process {Environment.ProcessId} (this one)", written.Message);
            }

            using (Collection first = Collection.Open(view))
            using (Collection second = Collection.Open(view))
            {
                Rows.AssertHolds(first, 3);
                Rows.AssertHolds(second, 3);
                var read = Assert.Throws<IndexLockedException>(() => Collection.Open(path));
                Assert.Contains("a process that reads it", read.Message);
            }

            using Collection again = Collection.Open(path);
            Assert.False(again.IsReadOnly);
        }
        finally
        {
            Assert.Equal(0, Unmount(view));
        }
    }

    private static void AssertReadsOnly(string path, int count)
    {
        using (Collection collection = Collection.Open(path))
        using (Collection another = Collection.Open(path))
        {
            Assert.True(collection.IsReadOnly);
            Rows.AssertHolds(collection, count);
            Rows.AssertHolds(another, count);
            Assert.Equal(count, Collection.Describe(path).Count);
            var error = Assert.Throws<IndexReadOnlyException>(() => collection.Upsert(60, [1, 2, 3, 4]));
            Assert.Contains("can only be read", error.Message);
            Assert.Throws<IndexReadOnlyException>(() => collection.Delete(1));
            Assert.Throws<IndexReadOnlyException>(collection.Seal);
            Assert.Throws<IndexReadOnlyException>(collection.Flush);
            Assert.Throws<IndexReadOnlyException>(() => collection.Compact());
            Rows.AssertHolds(collection, count);
        }

        Assert.Throws<IndexReadOnlyException>(() => Collection.Drop(path));
        Assert.Throws<IndexStorageException>(
            () => Collection.Create(path + "-new", Rows.Options(Metric.Dot, 4)));
    }

    [LibraryImport(
        "libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport(
        "libc", EntryPoint = "umount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target);
}
