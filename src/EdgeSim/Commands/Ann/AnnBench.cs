using System.Diagnostics;
using EdgeSim.Index;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// Asks a collection every query, one after the other, and sums up what that took. Queries are read and
/// answers judged between the measurements, so that neither counts.
/// </summary>
internal sealed class AnnBench : IDisposable
{
    private readonly AnnOptions _options;
    private readonly VectorFile _rows;
    private readonly VectorFile _queries;
    private readonly TruthFile _truth;
    private readonly AnnCollection _collection;
    private readonly Output _output;
    private readonly SearchOptions _search;
    private readonly int _queryCount;
    private readonly SearchScratch _scratch = new();
    private readonly Match[] _matches;
    private readonly float[] _block;
    private readonly double[] _latencies;
    private readonly int[] _answers;

    internal AnnBench(AnnOptions options, Output output)
    {
        _options = options;
        _output = output;
        _search = new SearchOptions { Threads = options.Threads };
        _rows = VectorFile.Open(options.BasePath);
        _queries = VectorFile.Open(options.QueryPath);
        if (_rows.Dimension != _queries.Dimension)
        {
            throw new UserException(
                ExitCode.Data,
                $"{options.QueryPath} has vectors of {_queries.Dimension} components, {options.BasePath} of "
                + $"{_rows.Dimension}.");
        }

        if (_rows.Count < 1 || _queries.Count < 1)
        {
            throw new UserException(
                ExitCode.Data,
                $"There are {_rows.Count} vectors in the base and {_queries.Count} queries; at least one of "
                + "each is needed.");
        }

        // A base of fewer than k rows is found completely.
        int k = Math.Min(options.K, _rows.Count);
        _truth = TruthFile.Read(options.TruthPath, k, _rows.Count, _queries.Count);
        _queryCount = Math.Min(options.Queries ?? _queries.Count, _queries.Count);
        _matches = new Match[k];
        _block = new float[Math.Min(Limits.BenchQueriesOfABlock, _queryCount) * _queries.Dimension];
        _latencies = new double[_queryCount];
        _answers = new int[_queryCount * k];
        _collection = AnnCollection.OpenOrBuild(options, _rows, output);
    }

    /// <summary>Measures one operating point.</summary>
    internal AnnLine Measure(AnnEffort effort)
    {
        SearchOptions options = _options.Strategy.OptionsFor(_search, effort);
        WarmUp(options);
        double seconds = 0, cpuSeconds = 0;
        bool isComplete = true;
        for (int first = 0; first < _queryCount; first += Limits.BenchQueriesOfABlock)
        {
            int count = Read(first);
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                SearchStatistics statistics = Ask(i, options);
                double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                _latencies[first + i] = elapsed;
                seconds += elapsed;
                isComplete &= statistics.Complete;
                Keep(first + i, statistics.MatchCount);
            }

            cpuSeconds += (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            _output.Progress($"{_options.Strategy.Name}{effort}", first + count, _queryCount);
        }

        ProcessMemory memory = ProcessMemory.Read();
        double recall = Judge();
        Array.Sort(_latencies);
        return Line(effort, recall, isComplete, seconds, cpuSeconds, memory);
    }

    public void Dispose()
    {
        _collection.Dispose();
        _queries.Dispose();
        _rows.Dispose();
    }

    /// <summary>The first questions pay for pages that nobody has touched; they do not count.</summary>
    private void WarmUp(SearchOptions options)
    {
        int count = Math.Min(Read(0), Limits.BenchWarmUpQueries);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count && Stopwatch.GetElapsedTime(start) < Limits.BenchWarmUpTime; i++)
        {
            _ = Ask(i, options);
        }
    }

    private int Read(int first)
    {
        int count = Math.Min(Limits.BenchQueriesOfABlock, _queryCount - first);
        _queries.Read(first, _block.AsSpan(0, count * _queries.Dimension));
        return count;
    }

    /// <summary>As a service does it: a reader for each question.</summary>
    private SearchStatistics Ask(int queryOfBlock, SearchOptions options)
    {
        using CollectionReader reader = _collection.Collection.Read();
        return reader.Search(
            _block.AsSpan(queryOfBlock * _queries.Dimension, _queries.Dimension),
            options,
            _scratch,
            _matches);
    }

    private void Keep(int query, int count)
    {
        Span<int> answer = _answers.AsSpan(query * _matches.Length, _matches.Length);
        answer.Fill(-1);
        for (int i = 0; i < count; i++)
        {
            answer[i] = (int)_matches[i].Key.Number;
        }
    }

    private double Judge()
    {
        var counter = new RecallCounter(_options.Metric, _rows, _truth);
        for (int first = 0; first < _queryCount; first += Limits.BenchQueriesOfABlock)
        {
            int count = Read(first);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<int> answer = _answers.AsSpan(
                    (first + i) * _matches.Length, _matches.Length);
                int end = answer.IndexOf(-1);
                counter.Add(
                    first + i,
                    _block.AsSpan(i * _queries.Dimension, _queries.Dimension),
                    end < 0 ? answer : answer[..end]);
            }
        }

        return counter.Recall;
    }

    private AnnLine Line(
        AnnEffort effort,
        double recall,
        bool isComplete,
        double seconds,
        double cpuSeconds,
        in ProcessMemory memory)
    {
        const double Mebibyte = 1 << 20;
        return new AnnLine
        {
            Engine = $"edgesim {BuildInfo.Version}",
            Compilation = BuildInfo.Compilation,
            Kernels = VectorKernels.Best.Name,
            Dataset = _options.DatasetName,
            Config = $"{_options.Strategy.Name}{effort}",
            Metric = AnnMetrics.NameOf(_options.Metric),
            Rows = _rows.Count,
            Dimension = _rows.Dimension,
            K = _matches.Length,
            Queries = _queryCount,
            Threads = _options.Threads,
            RamMB = _options.RamBytes / Mebibyte,
            Segments = _collection.Collection.Segments.Count,
            BuildSeconds = _collection.BuildSeconds,
            IndexBytes = _collection.IndexBytes,
            DiskBytes = _collection.Collection.Bytes,
            Recall = recall,
            RecallAt10 = _matches.Length == 10 ? recall : null,
            Complete = isComplete,
            QueriesPerSecond = _queryCount / seconds,
            QueriesPerCpuSecond = _queryCount / cpuSeconds,
            P50Us = Percentiles.Of(_latencies, 50) * 1e6,
            P99Us = Percentiles.Of(_latencies, 99) * 1e6,
            ResidentMB = memory.ResidentBytes / Mebibyte,
            AnonymousMB = memory.AnonymousBytes / Mebibyte,
        };
    }
}
