using System.Text.Json;

namespace EdgeSim.Published.Tests;

/// <summary>Starts ./run.sh itself, from a folder that is not the checkout.</summary>
public sealed class RunScriptTests
{
    private const string Stamp = "animals/birds/crow.png";

    [Fact]
    public void RunScript_RelativePaths_AreTheCallers()
    {
        using var home = new TemporaryFolder();
        File.Copy(Path.Combine(Published.Stamps, Stamp), home.File("mine.png"));

        Shell.Result encode = Run(home, "encode", "--images", "mine.png", "--json");
        Assert.True(encode.ExitCode == 0, encode.Error);
        JsonElement line = JsonDocument.Parse(encode.Output).RootElement;
        Assert.Equal("mine.png", line.GetProperty("input").GetString());

        Shell.Result index = Run(home, "index", ".", "here", "--json");
        Assert.True(index.ExitCode == 0, index.Error);
        Assert.Equal(1, JsonDocument.Parse(index.Output).RootElement.GetProperty("points").GetInt32());
    }

    /// <summary>An empty folder that the user names stays empty, whatever the command.</summary>
    [Theory]
    [InlineData(0, "--models", "none", "models", "list")]
    [InlineData(0, "models", "list", "--models=none")]
    [InlineData(69, "doctor", "--models", "none")]
    [InlineData(69, "encode", "a sentence", "--models", "none")]
    [InlineData(0, "--version")]
    public void RunScript_ModelsFolderOfTheUser_IsLeftAlone(int exitCode, params string[] arguments)
    {
        using var home = new TemporaryFolder();
        Shell.Result run = Run(home, arguments);
        Assert.True(run.ExitCode == exitCode, $"exit {run.ExitCode}: {run.Error}");
        Assert.False(Directory.Exists(home.File("none")));
    }

    /// <summary>One model that was removed to save memory does not come back.</summary>
    [Fact]
    public void RunScript_SomeModelIsInTheCache_InstallsNone()
    {
        using var home = new TemporaryFolder();
        string cache = home.File("cache");
        string models = Path.Combine(cache, "models");
        Directory.CreateDirectory(Path.Combine(models, "use-lite"));
        File.WriteAllText(Path.Combine(models, "use-lite", "manifest.json"), "{}");
        File.CreateSymbolicLink(Path.Combine(cache, "npm"), Path.Combine(Published.Cache, "npm"));

        Shell.Result run = Shell.Start(
            Path.Combine(Published.Root, "run.sh"),
            home.Path,
            ["search", "nothing", "--vector", "[1]"],
            ("EDGESIM_DATA", home.File("data")), ("EDGESIM_CACHE", cache), ("EDGESIM_MODELS", ""));

        Assert.Equal(66, run.ExitCode);
        Assert.Single(Directory.GetDirectories(models));
    }

    private static Shell.Result Run(TemporaryFolder home, params string[] arguments) =>
        Shell.Start(
            Path.Combine(Published.Root, "run.sh"),
            home.Path,
            arguments,
            ("EDGESIM_DATA", home.File("data")));
}
