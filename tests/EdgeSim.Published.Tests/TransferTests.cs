using System.Diagnostics;
using System.Text.Json;

namespace EdgeSim.Published.Tests;

/// <summary>import, export, backup and restore as a user runs them.</summary>
public sealed class TransferTests
{
    private const int Dimension = 32;

    [Theory]
    [InlineData("jsonl")]
    [InlineData("msgpack")]
    [InlineData("npy")]
    [InlineData("fbin")]
    [InlineData("fvecs")]
    public void ImportThenExport_Twice_GivesTheSameFile(string format)
    {
        using var data = new TemporaryFolder();
        Run(data, 0, "import", WritePoints(data, 500), "a", "--metric", "dot");
        JsonElement exported = Json(data, "export", "a", data.File("a." + format));
        Assert.Equal(500, exported.GetProperty("points").GetInt64());
        string[] beside = exported.TryGetProperty("ids", out JsonElement ids)
            ? ["--ids", ids.GetString()!, "--payloads", exported.GetProperty("payloads").GetString()!]
            : [];
        JsonElement imported = Json(
            data, ["import", data.File("a." + format), "b", "--metric", "dot", .. beside]);
        Assert.True(imported.GetProperty("created").GetBoolean());
        Assert.Equal(500, imported.GetProperty("points").GetInt64());
        Run(data, 0, "export", "a", data.File("a.jsonl"), "--force");
        Run(data, 0, "export", "b", data.File("b.jsonl"));
        Assert.Equal(File.ReadAllText(data.File("a.jsonl")), File.ReadAllText(data.File("b.jsonl")));
        Published.Run verified = Published.Start(data.Path, "verify", "b");
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
    }

    [Fact]
    public void Import_OfAMillionComponentsUnderASmallBudget_KeepsWithinIt()
    {
        using var data = new TemporaryFolder();
        string file = data.File("rows.fbin");
        const int Rows = 200_000;
        const int Wide = 256;
        using (var stream = new BufferedStream(File.Create(file), 1 << 20))
        {
            stream.Write(BitConverter.GetBytes(Rows));
            stream.Write(BitConverter.GetBytes(Wide));
            var row = new float[Wide];
            for (int i = 0; i < Rows; i++)
            {
                row[i % Wide] += 1 + i;
                stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(row.AsSpan()));
            }
        }

        long peak = 0;
        using Process process = Published.Launch(
            Published.Binary, data.Path, ["import", file, "big", "--ram", "128MiB", "--json"]);
        while (!process.WaitForExit(5))
        {
            peak = Math.Max(peak, PeakBytes(process.Id));
        }

        JsonElement report = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        Assert.Equal(Rows, report.GetProperty("points").GetInt64());
        Assert.InRange(peak, 1, 128 << 20);
    }

    [Fact]
    public void Backup_WhileTheServiceWrites_HasWhatWasAcknowledged()
    {
        using var data = new TemporaryFolder();
        using (var service = new Service(data.Path))
        {
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < 20; i++)
                {
                    var point = new { key = (round * 20) + i, vector = new[] { 1, i + 1, 3 } };
                    service.Put("edgesim/v1/collections/v/points", new { points = new[] { point } });
                }

                JsonElement backup = Json(data, "backup", "v", data.File($"v{round}.tar"));
                Assert.Equal((round + 1) * 20, backup.GetProperty("points").GetInt64());
            }

            Assert.Equal(0, service.Terminate());
        }

        Run(data, 0, "restore", data.File("v1.tar"), "w");
        Assert.Equal(40, Json(data, "export", "w", data.File("w.jsonl")).GetProperty("points").GetInt64());
    }

    [Fact]
    public void BackupThenRestore_OfACollection_GivesItBack()
    {
        using var data = new TemporaryFolder();
        Run(data, 0, "import", WritePoints(data, 300), "a");
        Run(data, 0, "export", "a", data.File("before.jsonl"));
        JsonElement backup = Json(data, "backup", "a", data.File("a.tar"));
        Assert.Equal(300, backup.GetProperty("points").GetInt64());
        Run(data, 0, "backup", "a", data.File("folder"), "--copy", "--rate", "100MiB");
        Run(data, 0, "add", "a", "--vector", $"[{string.Join(',', Enumerable.Repeat("1", Dimension))}]");
        Published.Run refused = Run(data, 64, "restore", data.File("a.tar"), "a");
        Assert.Contains("--replace", refused.Error);
        Run(data, 0, "restore", data.File("a.tar"), "a", "--replace");
        Run(data, 0, "export", "a", data.File("after.jsonl"));
        Assert.Equal(File.ReadAllText(data.File("before.jsonl")), File.ReadAllText(data.File("after.jsonl")));
        Assert.Equal(
            300, Json(data, "restore", data.File("folder"), "b").GetProperty("points").GetInt64());
        byte[] bytes = File.ReadAllBytes(data.File("a.tar"));
        for (int i = bytes.Length / 4; i < bytes.Length * 3 / 4; i += 97)
        {
            bytes[i] ^= 1; // Much of a small collection is padding.
        }

        File.WriteAllBytes(data.File("a.tar"), bytes);
        Run(data, 74, "restore", data.File("a.tar"), "c");
    }

    [Theory]
    [InlineData(66, "no such file", "import", "/nowhere.npy", "things")]
    [InlineData(65, "is a device", "import", "/dev/zero", "things", "--format", "npy")]
    [InlineData(64, "its name ends in no format", "import", "/etc/hostname", "things")]
    [InlineData(65, "does not begin as a .npy file", "import", "/etc/passwd", "things", "--format", "npy")]
    [InlineData(64, "cannot be a collection's name", "restore", "/tmp", "../up")]
    [InlineData(66, "No collection 'none'", "export", "none", "x.npy")]
    [InlineData(66, "No collection 'none'", "backup", "none", "x.tar")]
    [InlineData(74, "this is no backup", "restore", "/etc/passwd", "things")]
    public void BadUse_GetsAMessageAndAnExitCode(int exitCode, string message, params string[] arguments)
    {
        using var data = new TemporaryFolder();
        Published.Run run = Run(data, exitCode, arguments);
        Assert.Contains(message, run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public void Import_OfAFileWithOneBadLine_LeavesNoCollection()
    {
        using var data = new TemporaryFolder();
        string file = WritePoints(data, 50);
        File.AppendAllText(file, "{\"id\": 1, \"vector\": [1, 2]}\n");
        Published.Run run = Run(data, 65, "import", file, "things");
        Assert.Contains("line 51: The vector has 2 components; this collection has 32.", run.Error);
        Assert.Contains("No collection", Run(data, 66, "export", "things", data.File("x.npy")).Error);
    }

    [Fact]
    public void Export_WhileTheServiceHasIt_SaysWhatToDo()
    {
        using var data = new TemporaryFolder();
        Run(data, 0, "import", WritePoints(data, 50), "things");
        using var service = new Service(data.Path);
        var query = new { vector = Enumerable.Range(1, Dimension), k = 1 };
        service.Post("/edgesim/v1/collections/things/search", query);
        Run(data, 0, "backup", "things", data.File("x.tar"));
        foreach (string[] arguments in (string[][])
            [
                ["export", "things", data.File("x.npy")],
                ["restore", data.File("x.tar"), "things", "--replace"],
                ["import", data.File("points.jsonl"), "things"],
            ])
        {
            Assert.Contains("If it is 'edgesim serve': stop it", Run(data, 75, arguments).Error);
        }
    }

    private static string WritePoints(TemporaryFolder data, int count)
    {
        string path = data.File("points.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(i =>
            $$"""{"id":{{(i * 7919) % 10_007}},"vector":[{{Vector(i)}}],"payload":{"n":{{i}} } }"""));
        return path;
    }

    private static string Vector(int seed) => string.Join(
        ',', Enumerable.Range(0, Dimension).Select(i => ((seed * 31) + (i * 17)) % 101 - 50));

    private static JsonElement Json(TemporaryFolder data, params string[] arguments)
        => JsonDocument.Parse(Run(data, 0, [.. arguments, "--json"]).Output).RootElement;

    private static Published.Run Run(TemporaryFolder data, int exitCode, params string[] arguments)
    {
        Published.Run run = Published.Start(data.Path, arguments);
        Assert.True(run.ExitCode == exitCode, $"exit {run.ExitCode}: {run.Output}{run.Error}");
        return run;
    }

    private static long PeakBytes(int process)
    {
        try
        {
            string peak = File.ReadLines($"/proc/{process}/status")
                .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(peak["VmHWM:".Length..^2]) << 10;
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            return 0;
        }
    }
}
