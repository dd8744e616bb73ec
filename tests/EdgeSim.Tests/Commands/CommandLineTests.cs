using EdgeSim.Commands;

namespace EdgeSim.Tests.Commands;

public sealed class CommandLineTests
{
    [Fact]
    public void Guard_ADefect_GetsAMessageToReportAndNoStackTrace()
    {
        (ExitCode code, string message) = Guard(new InvalidOperationException("the cat is out"));
        Assert.Equal(ExitCode.Internal, code);
        Assert.Contains("the cat is out", message);
        Assert.Contains("report", message);
        Assert.Contains(BuildInfo.Version, message);
        Assert.Contains("EDGESIM_TRACE=1", message);
        Assert.DoesNotContain("   at ", message);
    }

    [Fact]
    public void Guard_OutOfMemory_SaysWhatToAskLessOf()
    {
        (ExitCode code, string message) = Guard(new OutOfMemoryException());
        Assert.Equal(ExitCode.Configuration, code);
        Assert.Contains("RAM budget", message);
    }

    [Fact]
    public void Guard_ARefusal_IsShownAsItIs() => Assert.Equal(
        (ExitCode.Data, "edgesim: No.\n"), Guard(new UserException(ExitCode.Data, "No.")));

    private static (ExitCode Code, string Message) Guard(Exception thrown)
    {
        var message = new StringWriter();
        ExitCode code = CommandLine.Guard(new Output(TextWriter.Null, message), () => throw thrown);
        return (code, message.ToString());
    }
}
