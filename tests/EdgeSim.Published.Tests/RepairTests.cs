using System.Text.Json;

namespace EdgeSim.Published.Tests;

public sealed class RepairTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    private string Notes => Path.Combine(_data.Path, "collections", "notes");

    [Fact]
    public void Verify_SoundCollections_SaysSo()
    {
        Fill("notes");
        Fill("others");
        Published.Run run = Published.Start(_data.Path, "verify");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("notes: sound, 3 points", run.Output);
        Assert.Contains("others: sound, 3 points", run.Output);
        JsonElement line = Json(Published.Start(_data.Path, "verify", "notes", "--json"), 0);
        Assert.True(line.GetProperty("sound").GetBoolean());
        Assert.Equal(3, line.GetProperty("points").GetInt32());
        Assert.Empty(line.GetProperty("problems").EnumerateArray());
    }

    [Fact]
    public void Repair_ASoundCollection_DoesNothing()
    {
        Fill("notes");
        Published.Run run = Published.Start(_data.Path, "repair", "notes");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("nothing to repair", run.Output);
        Assert.Empty(Directory.GetDirectories(Notes));
    }

    [Fact]
    public void VerifyAndRepair_ADamagedLog_SayWhatIsLost()
    {
        Fill("notes");
        string log = Directory.GetFiles(Notes, "log-*")[^1];
        byte[] bytes = File.ReadAllBytes(log);
        bytes[64 + 32 + 5] ^= 1;
        File.WriteAllBytes(log, bytes);

        Published.Run search = Published.Start(_data.Path, "search", "notes", "--vector", "[1, 2, 3]");
        Assert.Equal(74, search.ExitCode);
        Assert.Contains("edgesim repair", search.Error);
        Published.Run verify = Published.Start(_data.Path, "verify");
        Assert.Equal(72, verify.ExitCode);
        Assert.Contains("notes: DAMAGED", verify.Output);
        Assert.Contains($"error: {log}, byte 64: ", verify.Output);
        Assert.Contains("edgesim repair notes", verify.Error);
        JsonElement repair = Json(Published.Start(_data.Path, "repair", "notes", "--json"), 0);
        Assert.True(repair.GetProperty("repaired").GetBoolean());
        Assert.Equal(1, repair.GetProperty("batchesLost").GetInt32());
        Assert.Equal(2, repair.GetProperty("points").GetInt32());
        string aside = repair.GetProperty("asideFolder").GetString()!;
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(aside, Path.GetFileName(log))));
        Assert.True(File.Exists(Path.Combine(aside, "report.txt")));
        Assert.Equal(0, Published.Start(_data.Path, "verify").ExitCode);
        Assert.Equal(
            0, Published.Start(_data.Path, "search", "notes", "--vector", "[1, 2, 3]").ExitCode);
    }

    [Fact]
    public void VerifyAndRepair_CollectionJsonGone_AreFoundAllTheSame()
    {
        Fill("notes");
        File.Delete(Path.Combine(Notes, "collection.json"));
        Published.Run verify = Published.Start(_data.Path, "verify");
        Assert.Equal(72, verify.ExitCode);
        Assert.Contains("collection.json: the file is missing", verify.Output);

        // All its points are in the log, which says nothing of the vectors' length.
        Published.Run repair = Published.Start(_data.Path, "repair", "notes");
        Assert.Equal(74, repair.ExitCode);
        Assert.Contains("Put it back from a copy", repair.Error);
    }

    [Fact]
    public void VerifyAndRepair_NoSuchCollection_AreRefused()
    {
        Fill("notes");
        foreach (string command in new[] { "verify", "repair" })
        {
            Published.Run run = Published.Start(_data.Path, command, "nothing");
            Assert.Equal(66, run.ExitCode);
            Assert.Contains("there are: notes", run.Error);
            Assert.Equal(64, Published.Start(_data.Path, command, "../x").ExitCode);
        }
    }

    private void Fill(string name)
    {
        for (int key = 1; key <= 3; key++)
        {
            Published.Run run = Published.Start(
                _data.Path, "add", name, "--vector", $"[{key}, 2, 3]", "--key", $"{key}");
            Assert.True(run.ExitCode == 0, run.Error);
        }
    }

    private static JsonElement Json(Published.Run run, int exitCode)
    {
        Assert.True(run.ExitCode == exitCode, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }
}
