using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Graph;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Builds the graphs of a segment that is being written, from its own codes as they lie in the file already,
/// and starts from the graph of the largest source where that has one.
/// </summary>
internal static class GraphSections
{
    /// <summary>
    /// Part of a source's rows that must live for its graph to be carried over: mending most of the links
    /// costs as much as building them.
    /// </summary>
    private const double LiveMin = 0.3;

    /// <summary>Appends a graph for each column that is large enough, and not too large.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The file, in which all sections about columns are.</param>
    /// <param name="header">Its header so far; gets the new sections.</param>
    /// <param name="options">The collection's options.</param>
    /// <param name="sources">The rows' sources.</param>
    /// <param name="orders">Of each column its order; null: that of the rows.</param>
    /// <param name="blocks">Where the sections go.</param>
    /// <param name="structures">Of each column what is built for it.</param>
    /// <param name="pace">Ends the work, and is told how far it is.</param>
    internal static void Write(
        DurableFiles files,
        string path,
        ref SegmentHeader header,
        CollectionOptions options,
        IReadOnlyList<IRowSource> sources,
        ColumnOrder?[] orders,
        BlockWriter blocks,
        IReadOnlyList<ColumnStructures> structures,
        WritePace pace)
    {
        for (int column = 0; column < options.Vectors.Count; column++)
        {
            if (structures[column].Graph is not { } graph)
            {
                continue;
            }

            long codes = (long)SegmentOpener.Find(in header, SectionId.Codes, path, column).Bytes;
            if (!graph.IsFor(codes / options.Vectors[column].Stride) || codes > int.MaxValue)
            {
                continue;
            }

            SectionEntry last = SegmentOpener.Find(in header, SectionId.SquareSums, path, column);
            using MappedFile map = files.Map(path, (long)(last.Offset + last.Bytes), out _)
                ?? throw new IndexCorruptException(path, null, "the file has become shorter");
            HnswRows rows = Rows(map, ref header, path, column, options.Vectors[column]);
            HnswBuilder built = Build(
                rows, graph, Source(sources, column), sources, column, orders[column], pace);
            blocks.Begin(SegmentLayout.IndexOffset(header), isRepeatable: false);
            long bytes = HnswWriter.Write(built, new BlockStream(blocks));
            blocks.End();
            SegmentLayout.AppendGraph(ref header, column, bytes);
        }
    }

    private static unsafe HnswRows Rows(
        MappedFile map, ref SegmentHeader header, string path, int column, VectorOptions options)
    {
        byte* file = (byte*)map.Address;
        SectionEntry codes = SegmentOpener.Find(in header, SectionId.Codes, path, column);
        SectionEntry scales = SegmentOpener.Find(in header, SectionId.Scales, path, column);
        SectionEntry squareSums = SegmentOpener.Find(in header, SectionId.SquareSums, path, column);
        int count = (int)(scales.Bytes / sizeof(float));
        return new HnswRows(
            options.Metric,
            options.Stride,
            (nint)(file + codes.Offset),
            new ReadOnlySpan<float>(file + scales.Offset, count),
            new ReadOnlySpan<int>(file + squareSums.Offset, count));
    }

    /// <summary>
    /// The source whose graph is worth carrying over: the one with most vectors; null: none.
    /// </summary>
    private static SegmentView? Source(IReadOnlyList<IRowSource> sources, int column)
        => sources.OfType<SegmentView>()
            .Where(view => view.LiveCount >= LiveMin * view.RowCount && HasGraph(view, column))
            .MaxBy(view => view.LiveCount);

    private static bool HasGraph(SegmentView view, int column)
    {
        try
        {
            return view.Segment.Column(column).Graph is not null;
        }
        catch (IndexCorruptException)
        {
            return false;
        }
    }

    private static HnswBuilder Build(
        HnswRows rows,
        HnswOptions graph,
        SegmentView? source,
        IReadOnlyList<IRowSource> sources,
        int column,
        ColumnOrder? order,
        WritePace pace)
    {
        void Report(int linked) => pace.Linked(linked, rows.Count);
        try
        {
            HnswCarried? carried = source is null
                ? null
                : new HnswCarried(
                    source.Segment.Column(column).Graph!,
                    NewNumbers(source, sources, column, order),
                    rows.Count);
            return HnswBuilder.Build(rows, graph, VectorKernels.Best, carried, Report, pace.Stop);
        }
        catch (IndexCorruptException) when (source is not null)
        {
            // The old graph is damaged: the rows are not, and everything follows from them.
            return HnswBuilder.Build(rows, graph, VectorKernels.Best, null, Report, pace.Stop);
        }
    }

    /// <summary>Of each vector of a source its number in the new file; -1 for those of dead rows.</summary>
    private static int[] NewNumbers(
        SegmentView of, IReadOnlyList<IRowSource> sources, int column, ColumnOrder? order)
    {
        if (order is not null)
        {
            // What is not written becomes -1.
            return Array.ConvertAll(
                order.PlacesOf(sources.TakeWhile(source => source != of).Count()).ToArray(),
                place => (int)place);
        }

        int[] numbers = new int[of.Segment.Column(column).Count];
        Array.Fill(numbers, -1);
        int next = 0;
        foreach (IRowSource source in sources)
        {
            for (int row = 0; row < source.RowCount; row++)
            {
                int vector = source.IsLive(row) ? source.VectorOf(column, row) : -1;
                if (vector >= 0)
                {
                    if (ReferenceEquals(source, of))
                    {
                        numbers[vector] = next;
                    }

                    next++;
                }
            }
        }

        return numbers;
    }
}
