using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

/// <summary>
/// Clustered rows, searched as an index will: estimates a block at a time, cut-off, exact scores of the
/// survivors.
/// </summary>
internal sealed class RaBitScan
{
    private const int Block = 256;
    private const int Clusters = 50;

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly float[] _centres;
    private readonly float[] _rows;
    private readonly RaBitQuantizer _quantizer;
    private readonly byte[] _bits;
    private readonly RaBitRow[] _side;
    private SplitMix64 _random;

    public RaBitScan(Metric metric, int dimension, int count, ulong seed)
    {
        _metric = metric;
        _dimension = dimension;
        _random = new SplitMix64(seed);
        _centres = _random.Normal(Clusters * dimension);
        _rows = new float[count * dimension];
        for (int row = 0; row < count; row++)
        {
            Member(Row(row));
        }

        float[] centroid = RaBitQuantizer.Centroid(dimension, _rows, metric);
        _quantizer = new RaBitQuantizer(new Rotation(dimension, seed), metric, centroid);
        _bits = new byte[count * _quantizer.RowBytes];
        _side = new RaBitRow[count];
        for (int row = 0; row < count; row++)
        {
            Span<byte> bits = _bits.AsSpan(row * _quantizer.RowBytes, _quantizer.RowBytes);
            _side[row] = _quantizer.Encode(VectorKernels.Best, Row(row), bits);
        }
    }

    /// <summary>Searches for one more random query.</summary>
    /// <returns>How many of the true best are found.</returns>
    public int Search(int k, out int measured)
    {
        float[] query = new float[_dimension];
        Member(query);
        float[] scores = Scores(query);
        byte[] planes = new byte[_quantizer.PlaneBytes];
        float[] rotated = new float[_quantizer.Length];
        RaBitQuery prepared = _quantizer.Prepare(VectorKernels.Best, query, rotated, planes);
        int[] sums = new int[Block];
        var best = new TopK();
        best.Reset(k);
        measured = 0;
        for (int first = 0; first < _side.Length; first += Block)
        {
            int rows = Math.Min(Block, _side.Length - first);
            VectorKernels.Best.BitPlaneDot(
                planes,
                _bits.AsSpan(first * _quantizer.RowBytes, rows * _quantizer.RowBytes),
                sums.AsSpan(0, rows));
            for (int i = 0; i < rows; i++)
            {
                float threshold = best.IsFull ? best.Threshold : float.NegativeInfinity;
                if (prepared.CanBeat(sums[i], _side[first + i], threshold))
                {
                    measured++;
                    best.Add(scores[first + i], (uint)(first + i));
                }
            }
        }

        float worst = scores.OrderDescending().ElementAt(k - 1);
        int found = 0;
        while (best.Count > 0)
        {
            found += best.RemoveWorst().Score >= worst ? 1 : 0;
        }

        return found;
    }

    private float[] Scores(float[] query)
    {
        float[] scores = new float[_side.Length];
        if (_metric == Metric.Euclid)
        {
            VectorKernels.Best.DistanceSquared(query, _rows, scores);
            return Array.ConvertAll(scores, distance => -MathF.Sqrt(distance));
        }

        VectorKernels.Best.Dot(query, _rows, scores);
        double norm = RowQuantizer.Norm(query);
        for (int row = 0; row < scores.Length && _metric == Metric.Cosine; row++)
        {
            scores[row] = (float)(scores[row] / (norm * RowQuantizer.Norm(Row(row))));
        }

        return scores;
    }

    private Span<float> Row(int row) => _rows.AsSpan(row * _dimension, _dimension);

    /// <summary>A random cluster's centre, and noise of seven tenths its length.</summary>
    private void Member(Span<float> vector)
    {
        float[] noise = _random.Normal(_dimension);
        ReadOnlySpan<float> centre = _centres.AsSpan(_random.Below(Clusters) * _dimension, _dimension);
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = centre[i] + (0.7f * noise[i]);
        }
    }
}
