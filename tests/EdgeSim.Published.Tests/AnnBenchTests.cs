using System.Buffers.Binary;
using System.Text.Json;

namespace EdgeSim.Published.Tests;

/// <summary>Fetching a set and measuring on it, as a user does; small sets, no timings.</summary>
public sealed class AnnBenchTests(AnnBenchTests.SmallSet set) : IClassFixture<AnnBenchTests.SmallSet>
{
    private const string Numpy = "/usr/bin/python3";

    [Fact]
    public void Fetch_MadeUpSet_HasEveryFileAndSaysWhatItIs()
    {
        JsonElement report = JsonDocument.Parse(set.Report).RootElement;
        Assert.Equal("mixture-384", report.GetProperty("name").GetString());
        Assert.Equal("cosine", report.GetProperty("metric").GetString());
        Assert.Equal(SmallSet.Rows, report.GetProperty("rows").GetInt32());
        Assert.Equal(10_000, report.GetProperty("queries").GetInt32());
        Assert.True(report.GetProperty("radius").GetDouble() > 0);
        Assert.True(report.GetProperty("intrinsicDimension").GetDouble() > 1);
        Assert.Equal(8 + (SmallSet.Rows * 384 * 4), new FileInfo(set.File("base.fbin")).Length);
        Assert.Equal(8 + (10_000 * 384 * 4), new FileInfo(set.File("query.fbin")).Length);
        Assert.Equal(8 + (10_000 * 100 * 8), new FileInfo(set.File("truth.ibin")).Length);
        byte[] range = File.ReadAllBytes(set.File("range.ibin"));
        int total = BinaryPrimitives.ReadInt32LittleEndian(range.AsSpan(4));
        Assert.Equal(report.GetProperty("rangeResults").GetInt64(), total);
        Assert.Equal(8 + (10_000 * 4) + (total * 8), range.Length);
        Assert.Empty(Directory.GetFiles(set.Folder, "*.tmp"));
    }

    [Fact]
    public void Fetch_Again_DoesNothing_AndAnotherShapeIsRefused()
    {
        DateTime before = File.GetLastWriteTimeUtc(set.File("truth.ibin"));
        Published.Run again = set.Fetch(SmallSet.Rows);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(before, File.GetLastWriteTimeUtc(set.File("truth.ibin")));

        Published.Run other = set.Fetch(SmallSet.Rows + 1);
        Assert.Equal(64, other.ExitCode);
        Assert.Contains("--to another folder", other.Error);
    }

    [Fact]
    public void Truth_IsNumpys()
    {
        string script = $"""
            import numpy as np
            def vectors(name):
                n, d = np.fromfile(name, '<u4', 2)
                return np.fromfile(name, '<f4', offset=8).reshape(n, d).astype('f8')
            base, query = vectors('base.fbin'), vectors('query.fbin')
            n, k = np.fromfile('truth.ibin', '<u4', 2)
            ids = np.fromfile('truth.ibin', '<u4', n * k, offset=8).reshape(n, k)
            distances = np.fromfile('truth.ibin', '<f4', n * k, offset=8 + 4 * n * k).reshape(n, k)
            unit = lambda m: m / np.linalg.norm(m, axis=1, keepdims=True)
            all = 1 - unit(query) @ unit(base).T
            order = np.argsort(all, axis=1, kind='stable')[:, :k]
            assert np.array_equal(order, ids), np.argwhere(order != ids)[:5]
            assert np.abs(np.take_along_axis(all, order, 1) - distances).max() < 1e-6
            nq, total = np.fromfile('range.ibin', '<i4', 2)
            counts = np.fromfile('range.ibin', '<i4', nq, offset=8)
            assert total == counts.sum() and np.array_equal(counts, (all <= {set.Radius}).sum(axis=1))
            print('same')
            """;
        if (!File.Exists(Numpy) || Shell.Start(Numpy, set.Folder, ["-c", "import numpy"]).ExitCode != 0)
        {
            Assert.Skip("numpy is missing (the package python3-numpy): truth is compared in unit tests only");
        }

        Shell.Result run = Shell.Start(Numpy, set.Folder, ["-c", script]);
        Assert.True(run.Output.Trim() == "same", run.Error);
    }

    [Fact]
    public void Ann_Flat_HasEveryFigureAndLosesRoundingOnly()
    {
        using var data = new TemporaryFolder();
        JsonElement line = Assert.Single(set.Ann(data, "--strategy", "flat"));
        Assert.StartsWith("edgesim ", line.GetProperty("engine").GetString());
        Assert.Equal("native", line.GetProperty("compilation").GetString());
        Assert.Equal(Path.GetFileName(set.Folder), line.GetProperty("dataset").GetString());
        Assert.Equal("flat", line.GetProperty("config").GetString());
        Assert.Equal(10_000, line.GetProperty("queries").GetInt32());
        Assert.InRange(line.GetProperty("recall_at_10").GetDouble(), 0.985, 1);
        Assert.True(line.GetProperty("complete").GetBoolean());
        Assert.InRange(
            line.GetProperty("index_bytes").GetInt64(),
            SmallSet.Rows * 384,
            line.GetProperty("disk_bytes").GetInt64());
        foreach (string name in new[] { "build_s", "qps", "cpu_qps", "p50_us", "p99_us", "rss_mb" })
        {
            Assert.True(line.GetProperty(name).GetDouble() > 0, name);
        }

        Assert.True(line.GetProperty("p50_us").GetDouble() <= line.GetProperty("p99_us").GetDouble());
        Assert.Empty(Directory.GetFileSystemEntries(data.Path));
    }

    [Fact]
    public void Ann_Collection_IsKeptAndUsedAgain()
    {
        using var data = new TemporaryFolder();
        string[] options =
        [
            "--strategy", "flat", "--queries", "50", "--collection", data.File("kept"), "--k", "100",
        ];
        JsonElement built = Assert.Single(set.Ann(data, options));
        Assert.True(built.GetProperty("build_s").GetDouble() > 0);
        Assert.False(built.TryGetProperty("recall_at_10", out _), "k is 100");
        JsonElement again = Assert.Single(set.Ann(data, options));
        Assert.Equal(JsonValueKind.Null, again.GetProperty("build_s").ValueKind);
        Assert.Equal(
            built.GetProperty("recall").GetDouble(), again.GetProperty("recall").GetDouble());

        Published.Run other = set.Start(
            data, ["--strategy", "flat", "--metric", "l2", "--collection", data.File("kept")]);
        Assert.Equal(65, other.ExitCode);
        Assert.Contains("another --collection", other.Error);
    }

    [Theory]
    [InlineData("euclid")]
    [InlineData("l2")]
    [InlineData("dot")]
    [InlineData("ip")]
    public void Ann_OtherFormatsAndMetrics_FindTheNearest(string metric)
    {
        // Rows 0, 10, ... 250 of one component, as bytes; asked for 252 as .fvecs: the last ones are nearest.
        using var data = new TemporaryFolder();
        File.WriteAllBytes(
            data.File("b.u8bin"),
            [26, 0, 0, 0, 1, 0, 0, 0, .. Enumerable.Range(0, 26).Select(i => (byte)(i * 10))]);
        File.WriteAllBytes(data.File("q.fvecs"), [1, 0, 0, 0, .. BitConverter.GetBytes(252f)]);
        File.WriteAllBytes(
            data.File("t.ibin"),
            [.. new[] { 1, 3, 25, 24, 23 }.SelectMany(BitConverter.GetBytes)]);
        Published.Run run = set.Start(
            data,
            [
                "--strategy", "flat", "--metric", metric, "--k", "3", "--json",
                "--base", data.File(
                    "b.u8bin"), "--query", data.File("q.fvecs"), "--truth", data.File("t.ibin"),
            ]);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement line = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(1, line.GetProperty("recall").GetDouble());
        Assert.Equal("b", line.GetProperty("dataset").GetString());
    }

    [Fact]
    public void Ann_ForPeople_PrintsATable()
    {
        using var data = new TemporaryFolder();
        Published.Run run = set.Start(
            data, ["--strategy", "flat", "--queries", "20", "--threads", "2", "--ram", "128MiB"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("threads 2", run.Output);
        Assert.Matches(@"flat +(1|0\.9)", run.Output);
    }

    [Theory]
    [InlineData("no strategy 'hnws'", 64, "--strategy", "hnws")]
    [InlineData("flat     every row", 64, "--strategy", "")]
    [InlineData("--metric is 'l3'", 64, "--metric", "l3")]
    [InlineData("--recall is 1.5", 64, "--recall", "1.5")]
    [InlineData("say one of them", 64, "--recall", "0.9", "--sweep")]
    [InlineData("--k is 0", 64, "--k", "0")]
    [InlineData("smaller --k", 65, "--k", "101")]
    [InlineData("at least 32.0 MiB", 78, "--ram", "16MiB")]
    [InlineData("--queries is 0", 64, "--queries", "0")]
    [InlineData("--threads is 0", 64, "--threads", "0")]
    [InlineData("/nowhere/b.fbin", 66, "--base", "/nowhere/b.fbin")]
    public void Ann_BadValue_SaysWhatIsAllowed(string part, int code, params string[] options)
    {
        using var data = new TemporaryFolder();
        Published.Run run = set.Start(
            data, options.Contains("--strategy") ? options : ["--strategy", "flat", .. options]);
        Assert.True(run.ExitCode == code, $"exit {run.ExitCode}: {run.Error}");
        Assert.Contains(part, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Empty(Directory.GetFileSystemEntries(data.Path));
    }

    [Fact]
    public void Ann_TruthOfAnotherSet_IsRefused()
    {
        using var data = new TemporaryFolder();
        Published.Run run = set.Start(
            data, ["--strategy", "flat", "--query", set.File("base.fbin")]);
        Assert.Equal(65, run.ExitCode);
        Assert.Contains($"the query file has {SmallSet.Rows}", run.Error);
    }

    /// <summary>One small set for all of these tests.</summary>
    public sealed class SmallSet : IDisposable
    {
        public const int Rows = 400;

        private readonly TemporaryFolder _home = new();

        public SmallSet()
        {
            Published.Run run = Fetch(Rows);
            Assert.True(run.ExitCode == 0, run.Error);
            Report = run.Output;
        }

        public string Folder => _home.File("small");

        public string Report { get; }

        public string Radius => JsonDocument.Parse(Report).RootElement.GetProperty("radius").GetRawText();

        public string File(string name) => Path.Combine(Folder, name);

        internal Published.Run Fetch(int rows) => Published.Start(
            _home.Path, "bench", "fetch", "mixture-384", "--rows", $"{rows}", "--to", Folder, "--json");

        internal Published.Run Start(TemporaryFolder data, string[] options)
        {
            List<string> all = ["bench", "ann", .. options];
            foreach ((string name, string value) in new[]
            {
                ("--base", File("base.fbin")),
                ("--query", File("query.fbin")),
                ("--truth", File("truth.ibin")),
                ("--metric", "cosine"),
            })
            {
                all.AddRange(options.Contains(name) ? [] : [name, value]);
            }

            return Published.Start(data.Path, [.. all]);
        }

        internal JsonElement[] Ann(TemporaryFolder data, params string[] options)
        {
            Published.Run run = Start(data, [.. options, "--json"]);
            Assert.True(run.ExitCode == 0, run.Error);
            return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)];
        }

        public void Dispose() => _home.Dispose();
    }
}
