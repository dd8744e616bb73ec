using System.Diagnostics;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

public sealed class DirectoryLockTests
{
    /// <summary>
    /// A program that is being started has a copy of every descriptor until it runs; a lock that only closing
    /// gives back is its too for that long, and taking it again fails.
    /// </summary>
    [Fact]
    public void Dispose_WhileProgramsAreStarted_GivesTheLockBackAtOnce()
    {
        Assert.SkipWhen(Emulation.IsOn, "an emulated program cannot start another one reliably");
        using var directory = new TemporaryDirectory();
        using var stop = new CancellationTokenSource();
        var starter = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using Process process = Process.Start("true");
                process.WaitForExit();
            }
        });
        starter.Start();
        try
        {
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1))
            {
                DirectoryLock.Take(directory.Path).Dispose();
            }
        }
        finally
        {
            stop.Cancel();
            starter.Join();
        }
    }
}
