using System.Diagnostics;

namespace EdgeSim.Tests;

public sealed class PublishProfileTests
{
    /// <summary>The SDK ignores a profile that it cannot find; our build must not.</summary>
    [Fact]
    public void Build_MisspeltProfile_FailsWithTheNamesThatExist()
    {
        (int exitCode, string output) = Check("linx-x64");
        Assert.Equal(1, exitCode);
        Assert.Contains("Publish profile 'linx-x64' was not found", output);
        Assert.Contains("linux-x64", output);
    }

    [Fact]
    public void Build_EveryProfileThereIs_Passes()
    {
        string[] profiles = [.. Repository.Files(".pubxml").Select(Path.GetFileNameWithoutExtension)!];
        Assert.NotEmpty(profiles);
        foreach (string profile in profiles)
        {
            (int exitCode, string output) = Check(profile);
            Assert.True(exitCode == 0, output);
        }
    }

    private static (int ExitCode, string Output) Check(string profile)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        };
        string[] arguments =
        [
            "msbuild", "src/EdgeSim", "-nologo", "-t:FailOnUnknownPublishProfile",
            $"-p:PublishProfile={profile}",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
