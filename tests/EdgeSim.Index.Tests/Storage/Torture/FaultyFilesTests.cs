using System.Reflection;
using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

public sealed partial class FaultyFilesTests
{
    private const BindingFlags Own =
        BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(
        typeof(RecordedFiles),
        nameof(DurableFiles.Read),
        nameof(DurableFiles.Map),
        nameof(DurableFiles.BeginWriteBack))]
    [InlineData(typeof(FaultyFiles), nameof(DurableFiles.BeginWriteBack))]
    public void Doubles_OverrideEveryStep(Type type, params string[] thatChangeNothing) => Assert.Equal(
        typeof(DurableFiles).GetMethods(Own)
            .Where(method => method.IsVirtual && !thatChangeNothing.Contains(method.Name))
            .Select(method => $"{method}").Order(),
        type.GetMethods(Own).Where(method => method.GetBaseDefinition().DeclaringType == typeof(DurableFiles))
            .Select(method => $"{method}").Order());

    /// <summary>What a real full device throws, and what we throw, are one.</summary>
    [Fact]
    public void NoSpace_IsWhatTheSystemThrows()
    {
        using var full = DurableFiles.Disk.Open("/dev/full");
        var real = Assert.Throws<IOException>(() => DurableFiles.Disk.Write(full, [1], 0));
        Exception ours = Errno.ToException(Errno.NoSpace, "/dev/full");
        Assert.Equal(
            (real.GetType(), real.HResult, real.Message), (ours.GetType(), ours.HResult, ours.Message));
    }

    [Fact]
    public void AccessDenied_IsWhatTheSystemThrows()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("f");
        File.WriteAllText(path, "");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
        }

        Assert.SkipWhen(EffectiveUser() == 0, "Nothing is denied to root.");
        var real = Assert.Throws<UnauthorizedAccessException>(() => DurableFiles.Disk.Open(path).Dispose());
        Exception ours = Errno.ToException(Errno.AccessDenied, path);
        Assert.Equal(
            (real.HResult, real.Message, real.InnerException?.HResult),
            (ours.HResult, ours.Message, ours.InnerException?.HResult));
    }

    [Fact]
    public void Write_Fails_LeavesItsFirstPart()
    {
        using var directory = new TemporaryDirectory();
        FaultyFiles files = FaultyFiles.At(2, forEver: false);
        using var file = files.Create(directory.Sub("f"));
        var error = Assert.Throws<IOException>(() => files.Write(file, new byte[1000], 0));
        Assert.Equal(Errno.NoSpace, error.HResult);
        Assert.Equal(500, new FileInfo(directory.Sub("f")).Length);
        files.Write(file, new byte[1000], 0);
        Assert.Equal((3, 1), (files.Calls, files.Failures));
    }

    [Fact]
    public void FailWhen_Condition_HoldsUntilHealedOrUsedUp()
    {
        using var directory = new TemporaryDirectory();
        var files = new FaultyFiles();
        string path = directory.Sub("f");
        files.FailWhen(call => call is { Kind: TraceKind.Flush } && call.Path == path, Errno.InputOutput);
        using var file = files.Create(path);
        Assert.Equal(Errno.InputOutput, Assert.Throws<IOException>(() => files.Flush(file)).HResult);
        Assert.Throws<IOException>(() => files.Flush(file));
        files.Heal();
        files.Flush(file);

        files.FailWhen(call => call.Kind == TraceKind.Create, Errno.TooManyOpenFiles, times: 1);
        Assert.Throws<IOException>(() => files.Create(path));
        files.Create(path).Dispose();
    }

    /// <summary>A store that tries a failed fsync again and believes it loses bytes.</summary>
    [Fact]
    public void Flush_FailedAndTriedAgain_IsNotDurable() => Assert.Contains(
        "a=o",
        DiskCases.AllOutcomes((recorded, root) =>
        {
            var files = new FaultyFiles(recorded);
            string path = Path.Combine(root, "a");
            DiskCases.Put(recorded, path, DiskCases.Sectors("o"));
            files.FailWhen(call => call.Kind == TraceKind.Flush, Errno.InputOutput, times: 1);
            using var file = files.Open(path);
            files.Write(file, DiskCases.Sectors("x"), 0);
            Assert.Throws<IOException>(() => files.Flush(file));
            files.Flush(file);
        }));

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
