using System.Text.Json;
using System.Xml.Linq;

namespace EdgeSim.Published.Tests;

public sealed class DoctorTests
{
    [Fact]
    public void Doctor_OfPublishedBinary_NamesTheKernelThatItsProfilePromises()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, "doctor", "--json");
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;

        string profile = Path.Combine(Published.Root, "publish-profiles", Published.Profile + ".pubxml");
        string[] promises = XDocument.Load(
            profile).Descendants("EdgeSimExpectedKernel").Single().Value.Split(' ');
        string promised = promises.Last(HasProcessor);
        Assert.Equal(promised, report.GetProperty("kernel").GetString());
        Assert.Equal("native", report.GetProperty("compilation").GetString());
        Assert.True(report.GetProperty("healthy").GetBoolean());
    }

    /// <summary>
    /// Whether this machine has the instructions of a class, by the system's word and not by the runtime's.
    /// </summary>
    private static bool HasProcessor(string kernel)
    {
        string flag = kernel switch
        {
            "avx2" => "avx2",
            "avx-vnni" => "avx_vnni",
            "neon" => "asimd",
            "neon-dot" => "asimddp",
            _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "Tell which flag it needs."),
        };
        return File.ReadLines("/proc/cpuinfo")
            .First(line => line.StartsWith("flags", StringComparison.Ordinal)
                || line.StartsWith("Features", StringComparison.Ordinal))
            .Split([' ', '\t'])
            .Contains(flag);
    }

    [Fact]
    public void Doctor_ForcedToScalar_ReportsScalar()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.StartWith(("EDGESIM_KERNELS", "scalar"), data.Path, "doctor", "--json");
        Assert.Equal("scalar", JsonDocument.Parse(run.Output).RootElement.GetProperty("kernel").GetString());
    }

    [Fact]
    public void Doctor_UnknownKernel_ListsWhatThisProcessorHas()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.StartWith(("EDGESIM_KERNELS", "sve9"), data.Path, "doctor");
        Assert.Equal(78, run.ExitCode);
        Assert.Contains("sve9", run.Error);
        Assert.Contains("scalar", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public void Doctor_BudgetTooSmall_RefusesWithTheTableAndTheFirstNumberToLower()
    {
        using var data = new TemporaryFolder();
        Published.Run doctor = Published.Start(data.Path, "doctor", "--ram", "16MiB");
        Assert.Equal(78, doctor.ExitCode);
        Assert.Contains("TOO SMALL", doctor.Output);

        Published.Run serve = Published.Start(
            data.Path, "serve", "--ram", "16MiB", "--listen", "127.0.0.1:0");
        Assert.Equal(78, serve.ExitCode);
        Assert.Contains("lower first: model ", serve.Error);
        Assert.Contains("ONNX Runtime library", serve.Error);
    }

    [Fact]
    public void Encode_WithoutOnnxRuntime_SaysWhichFileIsMissing()
    {
        using var data = new TemporaryFolder();
        string alone = data.File("edgesim");
        File.Copy(Published.Binary, alone);
        Published.Run run = Published.StartFrom(alone, data.Path, null, "encode", "a sentence");
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("libonnxruntime.so", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public void Encode_WithItsOwnHome_LeavesNothingThere()
    {
        using var data = new TemporaryFolder();
        using var home = new TemporaryFolder();
        Published.Run run = Published.StartWith(("HOME", home.Path), data.Path, "encode", "a sentence");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Empty(run.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    [Fact]
    public void Encode_WithoutModels_SaysHowToInstallThem()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, "encode", "a sentence", "--models", data.File("none"));
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("edgesim models install use-lite", run.Error);
    }
}
