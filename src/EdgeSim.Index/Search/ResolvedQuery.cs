using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>A query whose points have been looked up: its vectors, how they make a score, and who is out.</summary>
internal sealed class ResolvedQuery
{
    private readonly Snapshot _snapshot;
    private readonly int _column;
    private readonly List<float[]> _vectors = [];
    private readonly List<bool> _isNegative = [];
    private readonly List<uint> _excluded = [];

    private ResolvedQuery(Snapshot snapshot, int column)
    {
        _snapshot = snapshot;
        _column = column;
    }

    /// <summary>[lanes][dimension].</summary>
    internal IReadOnlyList<float[]> Vectors => _vectors;

    internal bool[] IsNegative => [.. _isNegative];

    /// <summary>How they make a score; null for one vector alone.</summary>
    internal ExampleRule? Rule { get; private set; }

    /// <summary>Places of the points that were named, ascending.</summary>
    internal uint[] Excluded => [.. _excluded.Distinct().Order()];

    /// <summary>Checks a query and looks its points up. O(points x log rows + vectors x dimension).</summary>
    /// <exception cref="ArgumentException">Too many or too few vectors, or a wrong dimension.</exception>
    /// <exception cref="KeyNotFoundException">A point is not there, or has no such vector.</exception>
    internal static ResolvedQuery Of(Snapshot snapshot, int column, VectorQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var resolved = new ResolvedQuery(snapshot, column);
        switch (query)
        {
            case NearestQuery nearest:
                resolved.Add(nearest.Input, isNegative: false);
                break;
            case RecommendQuery recommend:
                resolved.Add(recommend);
                break;
            case DiscoverQuery discover:
                resolved.Rule = ExampleRule.Discover;
                resolved.Add(discover.Target, isNegative: false);
                resolved.Add(discover.Pairs, least: 0);
                break;
            case ContextQuery context:
                resolved.Rule = ExampleRule.Context;
                resolved.Add(context.Pairs, least: 1);
                break;
            default:
                throw new ArgumentException($"{query.GetType().Name} is no query of this engine.", nameof(query));
        }

        return resolved;
    }

    private void Add(RecommendQuery query)
    {
        int positives = query.Positives.Count;
        int count = positives + query.Negatives.Count;
        if (count is < 1 or > IndexLimits.ExamplesMax)
        {
            throw new ArgumentException(
                $"{count} examples are given; allowed are 1 to {IndexLimits.ExamplesMax}.", nameof(query));
        }

        foreach (VectorInput input in query.Positives)
        {
            Add(input, isNegative: false);
        }

        foreach (VectorInput input in query.Negatives)
        {
            Add(input, isNegative: true);
        }

        switch (query.Strategy)
        {
            case RecommendStrategy.AverageVector:
                Average(positives);
                break;
            case RecommendStrategy.BestScore:
                Rule = ExampleRule.BestScore;
                break;
            case RecommendStrategy.SumScores:
                Rule = ExampleRule.SumScores;
                break;
            default:
                throw new ArgumentException(
                    $"Strategy is {(int)query.Strategy}; allowed are AverageVector, BestScore and SumScores.",
                    nameof(query));
        }
    }

    private void Add(IReadOnlyList<ContextPair> pairs, int least)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Count < least || pairs.Count > IndexLimits.ContextPairsMax)
        {
            throw new ArgumentException(
                $"{pairs.Count} context pairs are given; allowed are {least} to "
                + $"{IndexLimits.ContextPairsMax}.",
                nameof(pairs));
        }

        foreach (ContextPair pair in pairs)
        {
            Add(pair.Positive, isNegative: false);
            Add(pair.Negative, isNegative: true);
        }
    }

    private void Add(VectorInput input, bool isNegative)
    {
        VectorOptions options = _snapshot.Options.Vectors[_column];
        float[] vector;
        if (input.Key is { } key)
        {
            vector = Stored(key, options);
        }
        else
        {
            vector = input.Values.ToArray();
            options.CheckVector(vector);
        }

        _vectors.Add(vector);
        _isNegative.Add(isNegative);
    }

    private float[] Stored(Key key, VectorOptions options)
    {
        int vector = -1;
        if (_snapshot.TryFind(key, out int index, out int ordinal))
        {
            vector = _snapshot.Source(index).VectorOf(_column, ordinal);
        }

        if (vector < 0)
        {
            throw new KeyNotFoundException(
                $"Point {key} is not in the collection, or has no vector '{options.Name}'. "
                + "Name another point, or give a vector.");
        }

        IRowSource source = _snapshot.Source(index);
        ReadOnlySpan<sbyte> codes = source.Codes(_column, vector);
        QuantizedRow side = source.Side(_column, vector);
        var values = new float[options.Dimension];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = codes[i] * side.Scale;
        }

        _excluded.Add(FirstPlace(index) + (uint)vector);
        return values;
    }

    private uint FirstPlace(int index)
    {
        uint place = 0;
        for (int i = 0; i < index; i++)
        {
            place += i < _snapshot.Views.Length
                ? (uint)_snapshot.Views[i].Segment.Column(_column).Count
                : (uint)_snapshot.Fresh[i - _snapshot.Views.Length].CountOf(_column);
        }

        return place;
    }

    /// <summary>Makes one vector of all.</summary>
    private void Average(int positives)
    {
        if (positives == 0)
        {
            throw new ArgumentException(
                "There are negative examples only, and no average to start from. Give a positive one, or use "
                + "BestScore or SumScores.",
                nameof(positives));
        }

        int negatives = _vectors.Count - positives;
        var average = new float[_vectors[0].Length];
        for (int i = 0; i < average.Length; i++)
        {
            double like = 0;
            double unlike = 0;
            for (int lane = 0; lane < _vectors.Count; lane++)
            {
                if (_isNegative[lane])
                {
                    unlike += _vectors[lane][i];
                }
                else
                {
                    like += _vectors[lane][i];
                }
            }

            like /= positives;
            average[i] = (float)(negatives == 0 ? like : like + (like - (unlike / negatives)));
        }

        _vectors.Clear();
        _vectors.Add(average);
        _isNegative.Clear();
        _isNegative.Add(false);
    }
}
