using System.Runtime.InteropServices;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search.Lists;

namespace EdgeSim.Index.Storage;

/// <summary>Writes the lists of the columns of a segment, whose vectors are in their order.</summary>
internal static class ListSections
{
    /// <summary>Appends a section for each column that has lists.</summary>
    /// <param name="header">The file's header so far; gets the new sections.</param>
    /// <param name="orders">Of each column its order, or null.</param>
    /// <param name="blocks">Where the sections go.</param>
    internal static void Write(ref SegmentHeader header, ColumnOrder?[] orders, BlockWriter blocks)
    {
        for (int column = 0; column < orders.Length; column++)
        {
            if (orders[column]?.Lists is { } lists)
            {
                blocks.Begin(SegmentLayout.IndexOffset(header));
                Write(lists, orders[column]!.Count, blocks);
                blocks.End();
                int stride = RowQuantizer.Stride(lists.Dimension);
                SegmentLayout.AppendLists(
                    ref header, column, ListsHeader.Length(lists.Count, stride, lists.Dimension));
            }
        }
    }

    private static void Write(ListPlan lists, int vectors, BlockWriter blocks)
    {
        int stride = RowQuantizer.Stride(lists.Dimension);
        int longest = 0;
        for (int i = 0; i < lists.Count; i++)
        {
            longest = Math.Max(longest, lists.Ends[i] - (i == 0 ? 0 : lists.Ends[i - 1]));
        }

        blocks.Write(new ListsHeader
        {
            Magic = ListsHeader.MagicValue,
            Version = ListsHeader.VersionNewest,
            ListCount = (uint)lists.Count,
            VectorCount = (uint)vectors,
            Dimension = (uint)lists.Dimension,
            Stride = (uint)stride,
            LongestList = (uint)longest,
            Seed = lists.Seed,
        });
        float[] scales = new float[lists.Count];
        float[] norms = new float[lists.Count];
        float[] errors = new float[lists.Count];
        sbyte[] codes = new sbyte[lists.Count * stride];
        for (int i = 0; i < lists.Count; i++)
        {
            ReadOnlySpan<float> centroid = lists.Centroid(i);
            Span<sbyte> row = codes.AsSpan(i * stride, stride);
            scales[i] = RowQuantizer.Quantize(centroid, Metric.Dot, row).Scale;
            norms[i] = Up(RowQuantizer.Norm(centroid));
            errors[i] = Up(ErrorOf(centroid, row, scales[i]));
        }

        blocks.Write(MemoryMarshal.AsBytes<int>(lists.Ends));
        blocks.Write(MemoryMarshal.AsBytes<float>(lists.Radii));
        blocks.Write(MemoryMarshal.AsBytes<float>(scales));
        blocks.Write(MemoryMarshal.AsBytes<float>(norms));
        blocks.Write(MemoryMarshal.AsBytes<float>(errors));
        long tables = ListsHeader.TablesOffset + ((long)ListsHeader.TableCount * sizeof(float) * lists.Count);
        blocks.Write(new byte[ListsHeader.CodesOffset(lists.Count) - tables]);
        blocks.Write(MemoryMarshal.AsBytes<sbyte>(codes));
        blocks.Write(MemoryMarshal.AsBytes<float>(lists.Centroids));
    }

    private static double ErrorOf(ReadOnlySpan<float> centroid, ReadOnlySpan<sbyte> codes, float scale)
    {
        double squares = 0;
        for (int i = 0; i < centroid.Length; i++)
        {
            double error = centroid[i] - ((double)codes[i] * scale);
            squares += error * error;
        }

        return Math.Sqrt(squares);
    }

    /// <summary>A float that is not below the number.</summary>
    private static float Up(double value) => MathF.BitIncrement((float)value);
}
