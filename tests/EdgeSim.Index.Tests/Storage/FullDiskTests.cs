using System.Runtime.InteropServices;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>A real file system that is really full, or really read-only.</summary>
public sealed partial class FullDiskTests
{
    private const ulong ReadOnly = 1;
    private const ulong Remount = 32;

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
            Assert.Contains(
                "LOCK", Assert.Throws<IndexStorageException>(() => Collection.Open(path)).Message);
        }
        finally
        {
            Assert.Equal(0, Unmount(disk));
        }
    }

    private static void AssertAnswers(Collection collection)
    {
        var matches = new Match[9];
        Assert.Equal(3, collection.Search([1, 1, 1, 1], new SearchScratch(), matches).MatchCount);
    }

    [LibraryImport(
        "libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport(
        "libc", EntryPoint = "umount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target);
}
