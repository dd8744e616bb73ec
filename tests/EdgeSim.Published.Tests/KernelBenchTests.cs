using System.Text.Json;

namespace EdgeSim.Published.Tests;

public sealed class KernelBenchTests
{
    [Fact]
    public void BenchKernels_Json_HasEveryOperationAtEveryDimension()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(
            data.Path, "bench", "kernels", "--kernel", "scalar", "--memory", "16MiB", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;

        Assert.Equal("native", report.GetProperty("compilation").GetString());
        Assert.True(report.GetProperty("readingGBs").GetDouble() > 0);
        JsonElement[] lines = [.. report.GetProperty("lines").EnumerateArray()];
        var cases = lines.Select(line =>
            (line.GetProperty("operation").GetString(), line.GetProperty("dimension").GetInt32()));
        Assert.Equal(6 * 4, cases.Distinct().Count());
        Assert.All(lines, line =>
        {
            Assert.Equal("scalar", line.GetProperty("kernel").GetString());
            Assert.True(line.GetProperty("cachedNs").GetDouble() > 0);
            Assert.True(line.GetProperty("memoryGBs").GetDouble() > 0);
            Assert.True(line.GetProperty("ofReading").GetDouble() > 0);
        });
    }

    [Theory]
    [InlineData("--kernel", "sse9", "scalar")]
    [InlineData("--memory", "1KiB", "allowed")]
    public void BenchKernels_BadValue_SaysWhatIsAllowed(string option, string value, string word)
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, "bench", "kernels", option, value);
        Assert.Equal(64, run.ExitCode);
        Assert.Contains(word, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }
}
