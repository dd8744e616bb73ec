using EdgeSim.Commands;
using EdgeSim.Commands.Ann;
using EdgeSim.Commands.Reports;
using EdgeSim.Index;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class AnnBenchTests : IDisposable
{
    private const int Rows = 5000; // Enough for lists.
    private const int Queries = 20;
    private const int Dimension = 24;

    private readonly AnnFiles _files = new();

    public AnnBenchTests()
    {
        float[] rows = AnnFiles.Random(1, Rows * Dimension);
        float[] queries = AnnFiles.Random(2, Queries * Dimension);
        _files.Vectors("base.fbin", Dimension, rows).Dispose();
        _files.Vectors("query.fbin", Dimension, queries).Dispose();
        var truth = new ExactTruth(Metric.Euclid, Dimension, queries, 10, null);
        truth.Add(rows, 0, 1);
        TruthFile.Write(
            _files.File("truth.ibin"),
            [
                .. Enumerable.Range(0, Queries).Select(query => truth.Nearest(
                    query, (id, row) => rows.AsSpan(id * Dimension, Dimension).CopyTo(row))),
            ]);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Measure_EveryPoint_HasItsOwnRecall()
    {
        AnnStrategy strategy = AnnStrategy.Find("ivf") with { Efforts = AnnEffort.Of("lists", [1, 4000]) };
        using var bench = new AnnBench(Options(strategy), Silent);
        AnnLine[] lines = [.. strategy.PointsFor(null).Select(bench.Measure)];
        Assert.Equal(["ivf lists=1", "ivf lists=4000"], lines.Select(line => line.Config));
        Assert.InRange(lines[0].Recall, 0.001, 0.9);
        Assert.InRange(lines[1].Recall, 0.97, 1); // Against the floats: codes are a little off.
        Assert.False(lines[0].Complete);
        Assert.True(lines[1].Complete);
        Assert.All(lines, line => Assert.True(line.QueriesPerCpuSecond > 0 && line.P50Us <= line.P99Us));
    }

    [Fact]
    public void Measure_FewerQueries_AsksTheFirst()
    {
        using var bench = new AnnBench(Options(AnnStrategy.Find("flat")) with { Queries = 3 }, Silent);
        Assert.Equal(3, bench.Measure(AnnEffort.Only).Queries);
    }

    [Fact]
    public void Measure_BaseSmallerThanK_FindsAll()
    {
        _files.Vectors("base.fbin", Dimension, AnnFiles.Random(1, 4 * Dimension)).Dispose();
        TruthFile.Write(
            _files.File("truth.ibin"),
            [
                .. Enumerable.Range(0, Queries).Select(
                    _ => Enumerable.Range(0, 4).Select(id => new Neighbour(id, 0)).ToArray()),
            ]);
        using var bench = new AnnBench(Options(AnnStrategy.Find("flat")), Silent);
        AnnLine line = bench.Measure(AnnEffort.Only);
        Assert.Equal((4, 1.0), (line.K, line.Recall));
    }

    [Fact]
    public void Points_OfARecall_AreOne_WhereThereIsAChoice()
    {
        Assert.Equal(
            " recall=0.95", Assert.Single(AnnStrategy.Find("ivf-pq").PointsFor(0.95)).ToString());
        Assert.Equal("", Assert.Single(AnnStrategy.Find("flat").PointsFor(0.95)).ToString());
    }

    [Theory]
    [InlineData("/sets/glove-100/base.fbin", "glove-100")]
    [InlineData("/sets/deep.i8bin", "deep")]
    [InlineData("/base.fbin", "base")]
    public void DatasetName_IsTheFilesOrTheFolders(string path, string name) => Assert.Equal(
        name, (Options(AnnStrategy.Find("flat")) with { BasePath = path }).DatasetName);

    private static Output Silent => new(TextWriter.Null, TextWriter.Null);

    private AnnOptions Options(AnnStrategy strategy) => new(
        _files.File("base.fbin"),
        _files.File("query.fbin"),
        _files.File("truth.ibin"),
        Metric.Euclid,
        strategy,
        Recall: null,
        K: 10,
        Queries: null,
        Threads: 1,
        RamBytes: null,
        CollectionPath: null,
        _files.File("data"));
}
