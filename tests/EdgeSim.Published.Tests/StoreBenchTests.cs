using System.Text.Json;

namespace EdgeSim.Published.Tests;

public sealed class StoreBenchTests
{
    [Fact]
    public void BenchStore_Json_HasEveryBatchSizeAndLeavesNothing()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, "bench", "store", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("native", report.GetProperty("compilation").GetString());
        JsonElement[] lines = [.. report.GetProperty("lines").EnumerateArray()];
        Assert.Equal([1, 100, 1000], lines.Select(line => line.GetProperty("batch").GetInt32()));
        Assert.All(lines, line => Assert.True(line.GetProperty("ratio").GetDouble() > 0));
        Assert.Empty(Directory.GetFileSystemEntries(data.Path));
    }
}
