using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using static EdgeSim.Index.Tests.Storage.Torture.DiskCases;

namespace EdgeSim.Index.Tests.Storage.Torture;

/// <summary>
/// The laws of the disk: what it owes and what it does not, each by a trace of a few steps.
/// </summary>
public sealed class DiskModelTests
{
    [Fact]
    public void FileAndDirectoryFlushed_IsWholeAfterEveryCut() => Assert.Equal(
        ["a=xyz"], AllOutcomes((files, root) => Put(files, Path.Combine(root, "a"), Sectors("xyz"))));

    [Fact]
    public void FileFlushed_NameIsNotOwed() => Assert.Equal(["", "a=xy"], AllOutcomes((files, root) =>
    {
        using var file = files.Create(Path.Combine(root, "a"));
        files.Write(file, Sectors("xy"), 0);
        files.Flush(file);
    }));

    [Fact]
    public void DirectoryFlushed_ContentIsNotOwed() => Assert.Equal(
        ["a=", "a=0", "a=00", "a=0y", "a=x", "a=x0", "a=xy"],
        AllButTorn((files, root) =>
        {
            using var file = files.Create(Path.Combine(root, "a"));
            files.FlushDirectory(root);
            files.Write(file, Sectors("xy"), 0);
        }));

    [Fact]
    public void DirectoryInDirectory_IsOwedWhenTheParentIsFlushed()
    {
        static void Program(RecordedFiles files, string root, bool flushesParent)
        {
            string inner = Directory.CreateDirectory(Path.Combine(root, "d")).FullName;
            Put(files, Path.Combine(inner, "a"), Sectors("x"));
            if (flushesParent)
            {
                files.FlushDirectory(root);
            }
        }

        Assert.Equal(["", "d/a=x"], AllOutcomes((files, root) => Program(files, root, flushesParent: false)));
        Assert.Equal(["d/a=x"], AllOutcomes((files, root) => Program(files, root, flushesParent: true)));
    }

    [Fact]
    public void Overwrite_SectorsPersistInAnyCombination() => Assert.Equal(
        ["a=opq", "a=opz", "a=oyq", "a=oyz", "a=xpq", "a=xpz", "a=xyq", "a=xyz"],
        AllButTorn((files, root) => InPlace(files, root, "opq", file =>
        {
            files.Write(file, Sectors("xy"), 0);
            files.Write(file, Sectors("z"), 2 * DiskModel.SectorBytes);
        })));

    [Fact]
    public void SectorWrittenTwice_HasAnyOfItsStatesButNotTheSecondWriteAlone()
    {
        string[] outcomes = Outcomes(
            CutMode.Random,
            (files, root) => InPlace(files, root, "o", file =>
            {
                files.Write(file, "x"u8, 0);
                files.Write(file, "y"u8, 1);
            }),
            image => string.Concat(image.Files["a"].Span[..3].ToArray().Select(letter => (char)letter)));
        Assert.Equal(["ooo", "xoo", "xyo"], outcomes);
    }

    [Fact]
    public void Append_MayGrowWithoutDataAndHaveDataWithoutGrowing()
    {
        string[] outcomes = AllButTorn((files, root) => InPlace(
            files, root, "o", file => files.Write(file, Sectors("xy"), DiskModel.SectorBytes)));
        Assert.Equal(["a=o", "a=o0", "a=o00", "a=o0y", "a=ox", "a=ox0", "a=oxy"], outcomes);
    }

    [Fact]
    public void CutAndGrownAgain_OldBytesDoNotComeBackUnlessTheCutDidNotHappen() => Assert.Equal(
        ["a=", "a=0", "a=00", "a=0y", "a=opq", "a=x", "a=x0", "a=xy"],
        AllButTorn((files, root) => InPlace(files, root, "opq", file =>
        {
            files.SetLength(file, 0);
            files.Write(file, Sectors("xy"), 0);
        })));

    [Fact]
    public void Recreated_IsTheSameFileCut() => Assert.Equal(
        ["a=", "a=0", "a=o", "a=x"],
        AllButTorn((files, root) =>
        {
            Put(files, Path.Combine(root, "a"), Sectors("o"));
            using var file = files.Create(Path.Combine(root, "a"));
            files.Write(file, Sectors("x"), 0);
        }));

    [Fact]
    public void Rename_TargetIsTheOldFileOrTheNewOneAndNeverMissing()
    {
        static void Program(RecordedFiles files, string root, bool flushes)
        {
            string path = Path.Combine(root, "a");
            Put(files, path, Sectors("o"));
            Put(files, path + ".tmp", Sectors("n"));
            files.Rename(path + ".tmp", path);
            if (flushes)
            {
                files.FlushDirectory(root);
            }
        }

        Assert.Equal(
            ["a=n", "a=o a.tmp=n"], AllOutcomes((files, root) => Program(files, root, flushes: false)));
        Assert.Equal(["a=n"], AllOutcomes((files, root) => Program(files, root, flushes: true)));
    }

    [Fact]
    public void RenamedUnflushed_TheNewNameMayLeadToNothing() => Assert.Equal(
        ["a=", "a=0", "a=n"],
        AllButTorn((files, root) =>
        {
            string path = Path.Combine(root, "a");
            Put(files, path, Sectors("o"));
            using var file = files.Create(path + ".tmp");
            files.Write(file, Sectors("n"), 0);
            files.Rename(path + ".tmp", path);
            files.FlushDirectory(root);
        }));

    [Fact]
    public void Rename_OpenFileKeepsItsIdentity() => Assert.Equal(["b=xy"], AllOutcomes((files, root) =>
    {
        using var file = files.Create(Path.Combine(root, "a"));
        files.Write(file, Sectors("x"), 0);
        files.Rename(Path.Combine(root, "a"), Path.Combine(root, "b"));
        files.Write(file, Sectors("y"), DiskModel.SectorBytes);
        files.Flush(file);
        files.FlushDirectory(root);
    }));

    [Fact]
    public void Names_PersistIndependently() => Assert.Equal(
        ["", "a=x", "a=x b=y", "b=y"],
        AllOutcomes((files, root) =>
        {
            foreach ((string name, string letter) in (ReadOnlySpan<(string, string)>)[("a", "x"), ("b", "y")])
            {
                using var file = files.Create(Path.Combine(root, name));
                files.Write(file, Sectors(letter), 0);
                files.Flush(file);
            }
        }));

    [Fact]
    public void Delete_IsOwedWhenTheDirectoryIsFlushed()
    {
        static void Program(RecordedFiles files, string root, bool flushes)
        {
            Put(files, Path.Combine(root, "a"), Sectors("x"));
            files.Delete(Path.Combine(root, "a"));
            if (flushes)
            {
                files.FlushDirectory(root);
            }
        }

        Assert.Equal(["", "a=x"], AllOutcomes((files, root) => Program(files, root, flushes: false)));
        Assert.Equal([""], AllOutcomes((files, root) => Program(files, root, flushes: true)));
    }

    [Fact]
    public void FailedFlush_WhatItLostNoLaterOneSavesUnlessWrittenAgain()
    {
        static void Program(RecordedFiles files, string root, bool writesAgain)
            => InPlace(files, root, "op", file =>
            {
                files.Write(file, Sectors("xy"), 0);
                files.MarkFlushFailed(file);
                if (writesAgain)
                {
                    files.Write(file, Sectors("x"), 0);
                }

                files.Flush(file);
            });

        Assert.Equal(
            ["a=op", "a=oy", "a=xp", "a=xy"],
            AllOutcomes((files, root) => Program(files, root, writesAgain: false)));
        Assert.Equal(["a=xp", "a=xy"], AllOutcomes((files, root) => Program(files, root, writesAgain: true)));
    }

    /// <summary>
    /// What was durable in a sector stays when something behind it is written and cut off again.
    /// </summary>
    [Fact]
    public void Torn_WriteCutOffAgain_LeavesWhatWasDurableBeforeIt()
    {
        string[] outcomes = DiskCases.Outcomes(CutMode.Torn, (files, root) =>
        {
            string path = Path.Combine(root, "a");
            DiskCases.Put(files, path, [.. "oooooooo"u8]);
            using var file = files.Open(path);
            files.Write(file, "xxxx"u8, 8);
            files.SetLength(file, 8);
        }, image => System.Text.Encoding.ASCII.GetString(image.Files["a"].Span[..8]));
        Assert.Equal(["oooooooo"], outcomes);
    }

    [Fact]
    public void Torn_OneSectorIsPartNewPartOld()
    {
        static void Program(RecordedFiles files, string root)
            => InPlace(files, root, "op", file => files.Write(file, Sectors("xy"), 0));

        Assert.Contains("a=x?", Outcomes(CutMode.Torn, Program));
        Assert.Contains("a=?y", Outcomes(CutMode.Torn, Program));
        Assert.DoesNotContain("a=??", Outcomes(CutMode.Torn, Program));
        Assert.DoesNotContain(Outcomes(CutMode.Random, Program), outcome => outcome.Contains('?'));
    }

    [Fact]
    public void Prefix_IsWhatTheSystemShows()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            using var directory = new TemporaryDirectory();
            var files = new RecordedFiles(directory.Path);
            var log = new TortureLog(files, new TortureHistory());
            new ToyLog().Run(new SplitMix64(seed), files, directory.Path, log);
            var random = new SplitMix64(seed);
            DiskImage image = Model(files.ToTrace()).Image(CutMode.Prefix, ref random);
            Assert.Equal(
                Directory.GetFiles(directory.Path).Select(path => Path.GetFileName(path)).Order(),
                image.Files.Keys);
            Assert.All(image.Files, file => Assert.Equal(
                File.ReadAllBytes(Path.Combine(directory.Path, file.Key)), file.Value.Span.ToArray()));
        }
    }

    private static string[] AllButTorn(Action<RecordedFiles, string> program)
        => [.. Outcomes(CutMode.Prefix, program)
            .Union(Outcomes(CutMode.Synced, program))
            .Union(Outcomes(CutMode.Random, program))
            .Order(StringComparer.Ordinal)];

    /// <summary>A durable file of these sectors, then changes to it.</summary>
    private static void InPlace(
        RecordedFiles files,
        string root,
        string start,
        Action<Microsoft.Win32.SafeHandles.SafeFileHandle> change)
    {
        string path = Path.Combine(root, "a");
        Put(files, path, Sectors(start));
        using var file = files.Open(path);
        change(file);
    }
}
