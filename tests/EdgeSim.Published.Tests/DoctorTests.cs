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
        string promised = XDocument.Load(profile).Descendants("EdgeSimExpectedKernel").Single().Value;
        Assert.Equal(promised, report.GetProperty("kernel").GetString());
        Assert.Equal("native", report.GetProperty("compilation").GetString());
        Assert.True(report.GetProperty("healthy").GetBoolean());
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
    public void Encode_WithoutModels_SaysHowToInstallThem()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, "encode", "a sentence", "--models", data.File("none"));
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("edgesim models install use-lite", run.Error);
    }
}
