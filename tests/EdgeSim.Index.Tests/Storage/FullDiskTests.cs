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
    public void Commit_DiskIsFullThenReadOnly_LeavesTheCommitBefore()
    {
        using var directory = new TemporaryDirectory();
        string disk = Directory.CreateDirectory(directory.Sub("disk")).FullName;
        Assert.SkipWhen(
            Mount("tmpfs", disk, "tmpfs", 0, "size=256k") != 0, "Mounting a small disk needs root.");
        try
        {
            string path = Path.Combine(disk, "c");
            using (Collection collection = Rows.Create(path, Metric.Dot, 4, 3, 91))
            {
                collection.Add(50, [1, 2, 3, 4], new byte[500_000]);
                var error = Assert.Throws<IndexStorageException>(collection.Commit);
                Assert.Contains("space", error.Message);
                Assert.Equal(3, collection.Count);
                Assert.Empty(Directory.GetFiles(path, "*.tmp"));
                AssertAnswers(collection);
            }

            using (Collection collection = Collection.Open(path))
            {
                AssertAnswers(collection);
                Rows.Add(collection, 10, 2, 91);
                collection.Commit();
                Assert.Equal(5, collection.Count);
            }

            Assert.Equal(0, Mount("tmpfs", disk, "tmpfs", Remount | ReadOnly, "size=256k"));
            AssertReadsOnly(path);

            // As after a copy by somebody who left the lock file out.
            Assert.Equal(0, Mount("tmpfs", disk, "tmpfs", Remount, "size=256k"));
            File.Delete(Path.Combine(path, "LOCK"));
            File.WriteAllText(Path.Combine(path, "segment-0000000999.tmp"), "rubbish");
            Assert.Equal(0, Mount("tmpfs", disk, "tmpfs", Remount | ReadOnly, "size=256k"));
            AssertReadsOnly(path);
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
        Rows.Create(path, Metric.Dot, 4, 3, 91).Dispose();
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
                AssertAnswers(first);
                AssertAnswers(second);
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

    private static void AssertReadsOnly(string path)
    {
        using Collection collection = Collection.Open(path);
        using Collection another = Collection.Open(path);
        Assert.True(collection.IsReadOnly);
        AssertAnswers(collection, 5);
        AssertAnswers(another, 5);
        var error = Assert.Throws<IndexReadOnlyException>(() => collection.Add(60, [1, 2, 3, 4], []));
        Assert.Contains("can only be read", error.Message);
        Assert.Throws<IndexReadOnlyException>(collection.Delete);
        collection.Commit();
        AssertAnswers(collection, 5);
        Assert.Throws<IndexStorageException>(
            () => Collection.Create(path + "-new", Rows.Options(Metric.Dot, 4)));
    }

    private static void AssertAnswers(Collection collection, int count = 3)
    {
        var matches = new Match[9];
        Assert.Equal(count, collection.Search([1, 1, 1, 1], new SearchScratch(), matches).MatchCount);
    }

    [LibraryImport(
        "libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport(
        "libc", EntryPoint = "umount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target);
}
