using System.Diagnostics;
using System.Text.Json;

namespace EdgeSim.Published.Tests;

public sealed class CommandTests
{
    private static readonly string[] FewStamps =
    [
        "animals/birds/crow", "animals/birds/blackbird",
        "animals/birds/chicken_profile", "animals/birds/albino_peahen",
        "food/fruit/apple", "food/fruit/banana",
    ];

    [Fact]
    public void Demo_OnAFewPictures_AnswersAndEncodesNothingTheSecondTime()
    {
        using var data = new TemporaryFolder();
        string pictures = data.CopyStamps(
            [.. FewStamps.Where(name => File.Exists(Path.Combine(Published.Stamps, name + ".png")))]);
        string sheet = data.File("sheet.html");

        JsonElement first = Demo(data.Path, pictures, sheet);
        int stored = first.GetProperty("collections")[0].GetProperty("stored").GetInt32();
        Assert.True(stored >= 4, $"{stored} pictures stored");
        Assert.Contains("data:image/png;base64,", File.ReadAllText(sheet));
        JsonElement best = first.GetProperty("questions")[0].GetProperty("answer").GetProperty("matches")[0];
        Assert.True(best.GetProperty("score").GetDouble() > 0.99, "a picture is nearest to itself");

        JsonElement second = Demo(data.Path, pictures, sheet);
        Assert.Equal(0, second.GetProperty("collections")[0].GetProperty("stored").GetInt32());
        Assert.Equal(stored, second.GetProperty("collections")[0].GetProperty("unchanged").GetInt32());
        Assert.Equal(
            first.GetProperty("questions")[1].GetProperty("answer").GetProperty("matches").GetRawText(),
            second.GetProperty("questions")[1].GetProperty("answer").GetProperty("matches").GetRawText());
    }

    [Fact]
    public void Encode_JsonArrayOnStandardInput_OneLineEach()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.StartFrom(
            Published.Binary, data.Path, """["a dog", "a cat", "ein Hund \ud83d\udc15"]""",
            "encode", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement[] lines = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(3, lines.Length);
        Assert.Equal("a dog", lines[0].GetProperty("input").GetString());
        Assert.Equal("use-lite", lines[0].GetProperty("model").GetString());
        Assert.Equal(512, lines[0].GetProperty("embedding").GetArrayLength());
        Assert.InRange(lines[0].GetProperty("tokens").GetInt32(), 1, 10);
        double norm = lines[1].GetProperty("embedding").EnumerateArray()
            .Sum(x => x.GetDouble() * x.GetDouble());
        Assert.Equal(1, norm, 4);
    }

    [Theory]
    [InlineData(64, "Unrecognized", "frobnicate")]
    [InlineData(64, "k is 0", "search", "things", "--vector", "[1,2]", "-k", "0")]
    [InlineData(66, "No collection", "search", "things", "--vector", "[1,2]", "-k", "3")]
    [InlineData(66, "no such file", "add", "things", "--image", "/nowhere.jpg")]
    [InlineData(64, "exactly one", "search", "things")]
    [InlineData(64, "cannot be a collection's name", "add", "../etc", "--vector", "[1,2]")]
    [InlineData(65, "not a JSON array", "add", "things", "--vector", "nonsense")]
    [InlineData(65, "0 numbers", "add", "things", "--vector", "[]")]
    [InlineData(65, "is a device", "encode", "--images", "/dev/zero")]
    [InlineData(65, "is a device", "encode", "--file", "/dev/zero")]
    [InlineData(65, "input 1: The text is empty", "encode", "a", "")]
    [InlineData(64, "--ram", "doctor", "--ram", "lots")]
    [InlineData(64, "payload", "add", "things", "--vector", "[1,2]", "--payload", "[1]")]
    [InlineData(64, "loopback", "serve", "--listen", "0.0.0.0:7700")]
    public void BadUse_GetsAMessageAndAnExitCode_NeverAStackTrace(
        int exitCode, string message, params string[] arguments)
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.Start(data.Path, arguments);
        Assert.Contains(
            message.Replace("loopback", "--insecure"), run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public void Add_VectorBeyondTheLimit_IsRefused()
    {
        using var data = new TemporaryFolder();
        string vector = $"[{string.Join(',', Enumerable.Repeat("1", 4097))}]";
        foreach (string given in new[] { vector, "-" })
        {
            Published.Run run = Published.StartFrom(
                Published.Binary, data.Path, vector, "add", "things", "--vector", given);
            Assert.Equal(65, run.ExitCode);
            Assert.Contains("--vector has 4097 numbers; allowed are 1 to 4096", run.Error);
        }
    }

    [Fact]
    public void Encode_WhereNumbersHaveCommas_WritesPoints()
    {
        using var data = new TemporaryFolder();
        Published.Run run = Published.StartWith(
            ("LC_ALL", "de_DE.UTF-8"), data.Path, "encode", "a dog");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"\[-?0\.\d{4}, ", run.Output);
        Assert.Matches(@" \d+\.\d ms", run.Output);
    }

    /// <summary>An array of any length is encoded in the memory of one string.</summary>
    [Fact]
    public void Encode_LongArray_StaysInsideTheHeapLimit()
    {
        using var data = new TemporaryFolder();
        string json = data.File("long.json");
        File.WriteAllText(json, $"[{string.Join(',', Enumerable.Repeat("\"a\"", 20))},"
            + $"{string.Join(',', Enumerable.Repeat($"\"{new string('b', 1000)}\"", 12_000))}, nonsense]");
        Process process = Published.Launch(
            Published.Binary, data.Path, ["encode", "--file", json, "--json"]);
        using (process)
        {
            long peak = 0;
            Task<string> error = process.StandardError.ReadToEndAsync();
            for (int i = 0; i < 300 && process.StandardOutput.ReadLine() is not null; i++)
            {
                peak = PeakBytes(process.Id);
            }

            process.Kill();
            process.WaitForExit();
            Assert.True(peak is > 0 and < 120 << 20, $"peak {peak >> 20} MiB, {error.Result}");
        }
    }

    private static long PeakBytes(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status")
            .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))["VmHWM:".Length..^2]) << 10;

    [Fact]
    public void Add_RefusedPicture_StoresNothing()
    {
        using var data = new TemporaryFolder();
        string fake = data.File("fake.jpg");
        File.WriteAllText(fake, "%PDF-1.7\n%nothing");
        Published.Run run = Published.Start(data.Path, "add", "things", "--image", fake);
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("PDF", run.Error);
    }

    [Fact]
    public void AddThenSearch_ByVectorTextAndKey_FindsIt()
    {
        using var data = new TemporaryFolder();
        foreach ((string text, string key) in new[] { ("a dog barks", "1"), ("the stock market fell", "2") })
        {
            Published.Run add = Published.Start(
                data.Path, "add", "notes", "--text", text, "--key", key,
                "--payload", $$"""{"text":"{{text}}"}""");
            Assert.True(add.ExitCode == 0, add.Error);
        }

        Published.Run search = Published.Start(data.Path, "search", "notes", "--text", "a puppy", "--json");
        JsonElement reply = JsonDocument.Parse(search.Output).RootElement;
        Assert.Equal(1, reply.GetProperty("matches")[0].GetProperty("key").GetInt32());
        Assert.Equal(
            "a dog barks",
            reply.GetProperty("matches")[0].GetProperty("payload").GetProperty("text").GetString());
        Assert.Equal(2, reply.GetProperty("rowsScanned").GetInt32());
        Assert.True(reply.GetProperty("complete").GetBoolean());

        Published.Run byKey = Published.Start(data.Path, "search", "notes", "--key", "2", "--json");
        JsonElement nearest = JsonDocument.Parse(byKey.Output).RootElement.GetProperty("matches")[0];
        Assert.Equal(2, nearest.GetProperty("key").GetInt32());
    }

    [Fact]
    public void Search_FolderOfAnotherUser_IsAnsweredAndAddIsRefused()
    {
        const string Nobody = "65534";
        Assert.SkipUnless(Environment.UserName == "root", "Becoming another user needs root.");
        using var data = new TemporaryFolder();
        Published.Run add = Published.Start(data.Path, "add", "c", "--vector", "[1,2]", "--key", "1");
        Assert.True(add.ExitCode == 0, add.Error);

        // Elsewhere the binary may lie below a folder that others cannot enter.
        string copy = data.File("bin");
        Directory.CreateDirectory(copy);
        string from = Path.GetDirectoryName(Published.Binary)!;
        foreach (string file in Directory.GetFiles(from).Where(file => !file.EndsWith(".dbg")))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        Assert.Equal(0, Published.StartFrom("chmod", data.Path, null, "755", data.Path).ExitCode);
        string[] asNobody =
            ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", Path.Combine(copy, "edgesim")];
        Published.Run search = Published.StartFrom(
            "setpriv", data.Path, null, [.. asNobody, "search", "c", "--key", "1"]);
        Assert.True(search.ExitCode == 0, search.Error);
        Assert.Contains("key 1", search.Output);
        Published.Run refused = Published.StartFrom(
            "setpriv", data.Path, null, [.. asNobody, "add", "c", "--vector", "[1,2]", "--key", "2"]);
        Assert.Equal(74, refused.ExitCode);
        Assert.Contains("can only be read", refused.Error);
    }

    private static JsonElement Demo(string data, string pictures, string sheet)
    {
        Published.Run run = Published.Start(data, "demo", "--pictures", pictures, "--sheet", sheet, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }
}
