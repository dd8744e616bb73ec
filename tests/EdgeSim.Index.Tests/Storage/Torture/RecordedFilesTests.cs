using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

public sealed class RecordedFilesTests
{
    [Fact]
    public void Steps_AreNotedInOrderWithPathsInTheDirectory()
    {
        TraceStep[] steps = DiskCases.Trace((files, root) =>
        {
            string inner = Directory.CreateDirectory(Path.Combine(root, "d")).FullName;
            using (var file = files.Create(Path.Combine(inner, "a")))
            {
                files.Write(file, [1, 2], 3);
                files.Mark(TraceKind.Accepted, 7);
                files.SetLength(file, 4);
                files.Flush(file);
            }

            files.Rename(Path.Combine(inner, "a"), Path.Combine(inner, "b"));
            files.FlushDirectory(inner);
            files.Open(Path.Combine(inner, "b")).Dispose();
            files.Delete(Path.Combine(inner, "b"));
            files.Delete(Path.Combine(inner, "absent"));
            files.FlushDirectory(Path.GetDirectoryName(root)!);
        });
        Assert.Equal(
            [
                "MakeDirectory d", "Create d/a", "write d/a 3+2", "mark Accepted 7", "set length d/a 4",
                "Flush d/a", "rename d/a to d/b", "FlushDirectory d", "Open d/b", "Delete d/b",
            ],
            steps.Select(step => $"{step}"));
        Assert.All(steps.Where(step => step.File >= 0), step => Assert.Equal(0, step.File));
    }

    [Fact]
    public void Write_ManyThreads_TraceIsWhatTheDiskHas()
    {
        using var directory = new TemporaryDirectory();
        var files = new RecordedFiles(directory.Path);
        Parallel.For(0, 8, thread =>
        {
            using var file = files.Create(directory.Sub($"own{thread}"));
            using var shared = files.Create(directory.Sub("shared"));
            var random = new SplitMix64((ulong)thread);
            for (int i = 0; i < 50; i++)
            {
                files.Write(file, BitConverter.GetBytes(random.Next()), random.Below(4000));
                files.Write(shared, BitConverter.GetBytes(random.Next()), random.Below(4000));
            }
        });
        var seed = new SplitMix64(0);
        DiskImage image = DiskCases.Model(files.ToTrace()).Image(CutMode.Prefix, ref seed);
        Assert.Equal(9, image.Files.Count);
        Assert.All(image.Files, file => Assert.Equal(
            File.ReadAllBytes(directory.Sub(file.Key)), file.Value.Span.ToArray()));
    }

    [Fact]
    public void FileMadeThroughAnotherDoor_IsAnError()
    {
        using var directory = new TemporaryDirectory();
        var files = new RecordedFiles(directory.Path);
        File.WriteAllText(directory.Sub("foreign"), "x");
        Assert.Throws<InvalidOperationException>(() => files.Open(directory.Sub("foreign")));
        Assert.Throws<InvalidOperationException>(
            () => files.Rename(directory.Sub("foreign"), directory.Sub("b")));
    }
}
