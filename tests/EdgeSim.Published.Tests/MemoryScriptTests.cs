namespace EdgeSim.Published.Tests;

/// <summary>The script that measures within a memory limit.</summary>
public sealed class MemoryScriptTests
{
    [Fact]
    public void WithMemory_Command_EndsAsItEnds_AndTooMuchIsKilled()
    {
        using var home = new TemporaryFolder();
        Shell.Result run = Start(home, "64M", "sh", "-c", "echo within; exit 7");
        if (run.ExitCode == 3)
        {
            Assert.Skip(run.Error.Trim());
        }

        Assert.True(run.ExitCode == 7, run.Error);
        Assert.Equal("within", run.Output.Trim());
        Assert.Contains("of 64 MiB", run.Error);

        string hungry = "x=$(head -c 99999999 /dev/zero | tr '\\0' x)";
        Assert.Equal(137, Start(home, "32M", "sh", "-c", hungry).ExitCode);
    }

    [Fact]
    public void WithMemory_NoCommand_SaysHow()
    {
        using var home = new TemporaryFolder();
        Assert.Equal(2, Start(home, "64M").ExitCode);
    }

    private static Shell.Result Start(TemporaryFolder home, params string[] arguments) => Shell.Start(
        Path.Combine(Published.Root, "scripts/with-memory.sh"), home.Path, arguments);
}
