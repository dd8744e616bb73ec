using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Tests.Support;

/// <summary>Collections whose segments have lists.</summary>
internal static class ListSegments
{
    /// <summary>Every segment gets some.</summary>
    public static ListOptions Options { get; } = new() { RowsMin = 1, Threads = 2 };

    public static CollectionSettings Quiet { get; }
        = Rows.Quiet with { Lists = Options, SealBytes = IndexLimits.SealBytesMax };

    /// <summary>One segment with the keys from 0 on.</summary>
    public static Collection Create(
        string path, Metric metric, int dimension, float[] values, ListOptions? options = null)
    {
        Collection collection = Collection.Create(
            path, Rows.Options(metric, dimension), Quiet with { Lists = options ?? Options });
        Graphs.Add(collection, 0, values);
        collection.Seal();
        return collection;
    }

    /// <summary>So many lists are probed.</summary>
    public static SearchOptions Probes(int lists)
        => new() { Effort = new SearchEffort(SearchStrategy.Ivf, lists) };

    /// <summary>Part of the exact ten best that so many lists hold.</summary>
    public static double Recall(Collection collection, float[] queries, int lists, int k = 10)
        => Graphs.Recall(collection, queries, Probes(lists), k, isEqualEnough: false);

    /// <summary>
    /// That the lists of a segment are what the format says: each vector in exactly one, none empty or longer
    /// than the bound, radii that hold, maps that belong together, older rows first.
    /// </summary>
    public static ListTable AssertHolds(Segment segment, VectorOptions vector, int column = 0)
    {
        SegmentColumn data = segment.Column(column);
        ListTable table = data.Lists!;
        Assert.Equal((vector.Dimension, data.Stride), (table.Dimension, table.Stride));
        int next = 0;
        int longest = 0;
        for (int list = 0; list < table.Count; list++)
        {
            Assert.Equal(next, table.Begin(list));
            Assert.InRange(table.CountOf(list), 1, data.Count);
            longest = Math.Max(longest, table.CountOf(list));
            int before = -1;
            for (; next < table.Begin(list) + table.CountOf(list); next++)
            {
                Assert.Equal(list, table.ListOf(next));
                int row = data.Owner(next);
                Assert.Equal(next, data.VectorOf(row));
                Assert.True(row > before, $"row {row} stands behind row {before}");
                before = row;

                // A unit length is a float: it may be off by a part of 2^-24.
                double far = Distance(data, next, table.Centroid(list), vector);
                Assert.InRange(far, 0, (table.Radii[list] * 1.00001) + 1e-6);
            }
        }

        Assert.Equal(data.Count, next);
        Assert.Equal(longest, table.LongestList);
        Assert.InRange(longest, 1, Math.Max(4, 4.0 * data.Count / table.Count));
        return table;
    }

    /// <summary>The bytes of a section.</summary>
    public static byte[] Section(Segment segment, SectionId id)
    {
        Section section = segment.Sections.Single(one => one.Id == id);
        return section.Read<byte>(0, (int)section.Bytes).ToArray();
    }

    private static double Distance(
        SegmentColumn data, int vector, ReadOnlySpan<float> centroid, VectorOptions options)
    {
        EdgeSim.Index.Quantization.QuantizedRow side = data.Side(vector);
        double scale = options.Metric == Metric.Cosine ? 1 / Math.Sqrt(side.SquareSum) : side.Scale;
        ReadOnlySpan<sbyte> codes = data.Codes(vector, 1);
        double squares = 0;
        for (int i = 0; i < centroid.Length; i++)
        {
            double error = (codes[i] * scale) - centroid[i];
            squares += error * error;
        }

        return Math.Sqrt(squares);
    }
}
