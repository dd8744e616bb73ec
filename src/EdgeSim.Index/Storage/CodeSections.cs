using EdgeSim.Index.Search.Codes;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Makes the compressed codes of a segment that is being written, from its own vectors as they lie in the
/// file already. The same vectors and options give the same bytes; but a merge that was interrupted may go on
/// under other options, so codes are written anew then.
/// </summary>
internal static class CodeSections
{
    /// <summary>Appends codes for each column that is large enough.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The file, in which all sections about columns are.</param>
    /// <param name="header">Its header so far; gets the new sections.</param>
    /// <param name="options">The collection's options.</param>
    /// <param name="orders">Of each column its order, with its lists; null: that of the rows.</param>
    /// <param name="blocks">Where the sections go.</param>
    /// <param name="structures">Of each column what is built for it.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal static void Write(
        DurableFiles files,
        string path,
        ref SegmentHeader header,
        CollectionOptions options,
        ColumnOrder?[] orders,
        BlockWriter blocks,
        IReadOnlyList<ColumnStructures> structures,
        CancellationToken stop)
    {
        for (int column = 0; column < options.Vectors.Count; column++)
        {
            if (structures[column].Codes is not { } codes)
            {
                continue;
            }

            SectionEntry last = SegmentOpener.Find(header, SectionId.SquareSums, path, column);
            long count = (long)last.Bytes / sizeof(int);
            if (count < codes.RowsMin)
            {
                continue;
            }

            using MappedFile map = files.Map(path, (long)(last.Offset + last.Bytes), out _)
                ?? throw new IndexCorruptException(path, null, "the file has become shorter");
            CodeLists? own = orders[column]?.Lists is { } lists
                ? new CodeLists(lists.Ends, lists.Dimension, lists.Centroids)
                : null;
            ColumnVectors vectors = Vectors(map, header, path, column, options.Vectors[column]);
            if (codes.IsProduct && count >= 1 << codes.Bits)
            {
                blocks.Begin(SegmentLayout.IndexOffset(header), isRepeatable: false);
                long bytes = ProductWriter.Write(vectors, own, codes, new BlockStream(blocks), stop);
                blocks.End();
                SegmentLayout.AppendCodes(ref header, SectionId.Product, column, bytes);
            }

            if (codes.IsBits)
            {
                blocks.Begin(SegmentLayout.IndexOffset(header), isRepeatable: false);
                long bytes = BitWriter.Write(vectors, own, codes, new BlockStream(blocks), stop);
                blocks.End();
                SegmentLayout.AppendCodes(ref header, SectionId.Bits, column, bytes);
            }
        }
    }

    private static ColumnVectors Vectors(
        MappedFile map, in SegmentHeader header, string path, int column, VectorOptions options)
    {
        SectionEntry codes = SegmentOpener.Find(header, SectionId.Codes, path, column);
        SectionEntry scales = SegmentOpener.Find(header, SectionId.Scales, path, column);
        SectionEntry squareSums = SegmentOpener.Find(header, SectionId.SquareSums, path, column);
        return new ColumnVectors(
            options.Metric,
            options.Dimension,
            (int)(scales.Bytes / sizeof(float)),
            map.Address + (nint)codes.Offset,
            map.Address + (nint)scales.Offset,
            map.Address + (nint)squareSums.Offset)
        {
            Forget = map.DropPages,
        };
    }
}
