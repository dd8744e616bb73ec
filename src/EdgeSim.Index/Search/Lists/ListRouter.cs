using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// Finds the nearest of some thousand centroids for many rows: first the nearest groups of centroids, then
/// among the centroids of those. All in int8: a row may land in a list that is second nearest by a hair,
/// and nothing depends on it. Reads only, so that threads share one.
/// </summary>
internal sealed class ListRouter
{
    /// <summary>Centroids from which they are grouped.</summary>
    private const int GroupedMin = 192;

    /// <summary>Groups whose centroids are compared.</summary>
    private const int GroupsVisited = 8;

    private const int GroupRounds = 6;

    private readonly VectorKernels _kernels;
    private readonly int _stride;
    private readonly CodedRows _groups;
    private readonly CodedRows _members;
    private readonly int[] _ends;

    /// <param name="kernels">Any class; the result does not depend on it.</param>
    /// <param name="centroids">[centroids x dimension], finite.</param>
    /// <param name="dimension">Components.</param>
    /// <param name="seed">Of the grouping.</param>
    /// <param name="stop">Ends the work.</param>
    internal ListRouter(
        VectorKernels kernels,
        ReadOnlySpan<float> centroids,
        int dimension,
        ulong seed,
        CancellationToken stop)
    {
        _kernels = kernels;
        _stride = RowQuantizer.Stride(dimension);
        int count = centroids.Length / dimension;
        Order = new int[count];
        if (count < GroupedMin)
        {
            for (int i = 0; i < count; i++)
            {
                Order[i] = i;
            }

            _groups = new CodedRows(default, dimension, []);
            _ends = [count];
        }
        else
        {
            var options = new KMeansOptions
            {
                Centroids = (int)Math.Sqrt(count),
                Iterations = GroupRounds,
                Seed = seed,
            };
            KMeansResult grouped = KMeans.TrainChecked(centroids, dimension, options, kernels, null, stop);
            int[] every = new int[options.Centroids];
            for (int i = 0; i < every.Length; i++)
            {
                every[i] = i;
            }

            _groups = new CodedRows(grouped.Centroids, dimension, every);
            _ends = Sort(grouped.Assignments, options.Centroids);
        }

        _members = new CodedRows(centroids, dimension, Order);
    }

    /// <summary>
    /// The centroids in an order in which near ones stand together: that of their groups.
    /// </summary>
    internal int[] Order { get; }

    /// <summary>Ints that <see cref="Nearest"/> needs as scratch.</summary>
    internal int ScratchLength => Math.Max(_members.Count, _groups.Count);

    /// <summary>The nearest centroid of a row.</summary>
    /// <param name="row">[stride] codes.</param>
    /// <param name="factor">Component = code x factor.</param>
    /// <param name="dots">Scratch.</param>
    internal int Nearest(ReadOnlySpan<sbyte> row, float factor, Span<int> dots)
    {
        float best = float.NegativeInfinity;
        int nearest = 0;
        if (_groups.Count == 0)
        {
            Look(row, factor, 0, _ends[0], dots, ref best, ref nearest);
            return Order[nearest];
        }

        Span<int> groups = stackalloc int[GroupsVisited];
        int count = FindGroups(row, factor, dots, groups);
        for (int i = 0; i < count; i++)
        {
            int group = groups[i];
            Look(row, factor, group == 0 ? 0 : _ends[group - 1], _ends[group], dots, ref best, ref nearest);
        }

        return Order[nearest];
    }

    /// <summary>The best groups, best first; empty ones are passed over.</summary>
    private int FindGroups(ReadOnlySpan<sbyte> row, float factor, Span<int> dots, Span<int> groups)
    {
        Span<float> scores = stackalloc float[GroupsVisited];
        dots = dots[.._groups.Count];
        _kernels.Dot(row, _groups.Codes, dots);
        int count = 0;
        for (int group = 0; group < dots.Length; group++)
        {
            float score = _groups.Score(group, factor, dots[group]);
            if ((count == groups.Length && score <= scores[count - 1])
                || _ends[group] == (group == 0 ? 0 : _ends[group - 1]))
            {
                continue;
            }

            int at = count < groups.Length ? count++ : count - 1;
            for (; at > 0 && scores[at - 1] < score; at--)
            {
                scores[at] = scores[at - 1];
                groups[at] = groups[at - 1];
            }

            scores[at] = score;
            groups[at] = group;
        }

        return count;
    }

    private void Look(
        ReadOnlySpan<sbyte> row,
        float factor,
        int first,
        int end,
        Span<int> dots,
        ref float best,
        ref int nearest)
    {
        dots = dots[..(end - first)];
        _kernels.Dot(row, _members.Codes.Slice(first * _stride, dots.Length * _stride), dots);
        for (int i = 0; i < dots.Length; i++)
        {
            float score = _members.Score(first + i, factor, dots[i]);
            if (score > best)
            {
                best = score;
                nearest = first + i;
            }
        }
    }

    /// <summary>Fills the order; returns where each group ends in it.</summary>
    private int[] Sort(ReadOnlySpan<int> groupOf, int groups)
    {
        int[] next = new int[groups + 1];
        foreach (int group in groupOf)
        {
            next[group + 1]++;
        }

        for (int i = 0; i < groups; i++)
        {
            next[i + 1] += next[i];
        }

        int[] ends = next[1..];
        for (int i = 0; i < groupOf.Length; i++)
        {
            Order[next[groupOf[i]]++] = i;
        }

        return ends;
    }

    /// <summary>Some rows as codes, with half of their squared lengths.</summary>
    private readonly struct CodedRows
    {
        private readonly sbyte[] _codes;
        private readonly float[] _scales;
        private readonly float[] _halves;

        internal CodedRows(ReadOnlySpan<float> rows, int dimension, ReadOnlySpan<int> order)
        {
            int stride = RowQuantizer.Stride(dimension);
            _codes = new sbyte[order.Length * stride];
            _scales = new float[order.Length];
            _halves = new float[order.Length];
            for (int i = 0; i < order.Length; i++)
            {
                ReadOnlySpan<float> row = rows.Slice(order[i] * dimension, dimension);
                double norm = RowQuantizer.Norm(row);
                _scales[i] = RowQuantizer.Quantize(
                    row, Metric.Dot, _codes.AsSpan(i * stride, stride)).Scale;
                _halves[i] = (float)(norm * norm / 2);
            }
        }

        internal int Count => _scales.Length;

        internal ReadOnlySpan<sbyte> Codes => _codes;

        /// <summary>x.c - |c|^2 / 2: largest for the nearest.</summary>
        internal float Score(int row, float factor, int dot) => (factor * _scales[row] * dot) - _halves[row];
    }
}
