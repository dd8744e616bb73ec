using System.Diagnostics;
using System.Text.RegularExpressions;

namespace EdgeSim.Published.Tests;

/// <summary>
/// Runs the README's examples as they stand, with the published binary in the place of ./run.sh.
/// </summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Readme_EveryExample_RunsAsItStands()
    {
        using var home = new TemporaryFolder();
        string photos = home.File("photos");
        Directory.CreateDirectory(photos);
        foreach (string name in new[] { "crow", "blackbird", "albino_peahen" })
        {
            File.Copy(
                Path.Combine(Published.Stamps, "animals/birds", name + ".png"),
                Path.Combine(photos, name + ".png"));
            File.Copy(
                Path.Combine(Published.Stamps, "animals/birds", name + ".txt"),
                Path.Combine(photos, name + ".txt"));
        }

        File.CreateSymbolicLink(home.File("run.sh"), Published.Binary);
        string readme = File.ReadAllText(Path.Combine(Published.Root, "README.md"));
        string[] blocks = [.. Block().Matches(readme).Select(match => match.Groups[1].Value)];
        Assert.True(blocks.Length >= 5, $"only {blocks.Length} examples found");
        string script = "set -eu\nset -m\n" + string.Concat(
            blocks.Select((block, i) => $"echo '--- example {i}'\n{block}\n"));
        (int exitCode, string output) = Bash(home.Path, script);
        Assert.True(exitCode == 0, output);
        Assert.Contains("The garage door was left open.", readme);
        Assert.Contains("\"room\":\"kitchen\"", output);
        Assert.Contains("A crow", output, StringComparison.OrdinalIgnoreCase);
    }

    private static (int ExitCode, string Output) Bash(string home, string script)
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = home,
        };
        start.ArgumentList.Add("-s");
        start.Environment["HOME"] = home;
        start.Environment["EDGESIM_DATA"] = Path.Combine(home, "data");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(120_000), "the examples did not end");
        return (process.ExitCode, output.Result + error.Result);
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
