using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// Trains product codes of a column on a sample of it, encodes it and writes the section (FORMAT.md,
/// Product). The same bytes for the same vectors, lists and options, whatever the number of threads.
/// Memory: the sample (32 MiB of floats at most), what <see cref="ProductTraining"/> says, and 64 groups of
/// 1,024 vectors as codes.
/// </summary>
internal static class ProductWriter
{
    /// <summary>
    /// Rows for each centroid: a quarter of them gave the same error within a hundredth, and the training
    /// of 16 centroids takes less than a second.
    /// </summary>
    private const int RowsPerCentroid = 1024;

    /// <summary>Writes the section; returns how many bytes.</summary>
    /// <param name="vectors">At least one for each centroid.</param>
    /// <param name="lists">Their lists; null: none.</param>
    /// <param name="options">How.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal static long Write(
        ColumnVectors vectors,
        CodeLists? lists,
        CodeOptions options,
        Stream to,
        CancellationToken stop = default)
    {
        float[] mean = HasMean(vectors.Metric, lists) ? vectors.Mean(stop) : [];
        CodeLists layout = lists ?? CodeLists.Single(vectors.Count, mean);
        ProductTraining training = Train(vectors, layout, mean, options, stop);
        ProductQuantizer quantizer = training.Quantizer;
        bool hasOffsets = vectors.Metric == Metric.Euclid;
        long start = CodesOffset(quantizer, mean.Length);
        var header = new ProductHeader
        {
            Magic = ProductHeader.MagicValue,
            Version = ProductHeader.VersionNewest,
            VectorCount = (uint)vectors.Count,
            ListCount = (uint)(lists?.Count ?? 0),
            Dimension = (uint)vectors.Dimension,
            Subspaces = (uint)quantizer.Subspaces,
            Bits = (uint)quantizer.Bits,
            Threshold = (float)quantizer.Threshold,
            OffsetBytes = hasOffsets ? sizeof(float) : 0u,
            CodesOffset = (ulong)start,
            Seed = options.Seed,
            MeanSquaredError = (float)training.MeanSquaredError,
        };
        to.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<ProductHeader>(in header)));
        to.Write(MemoryMarshal.AsBytes<float>(mean));
        to.Write(MemoryMarshal.AsBytes(quantizer.Codebooks));
        long written = ProductHeader.SizeBytes + ((mean.Length + quantizer.Codebooks.Length) * sizeof(float));
        to.Write(new byte[start - written]);
        int blockBytes = BlockBytes(quantizer.Subspaces, quantizer.Bits, hasOffsets);
        var tiles = new CodebookTiles(quantizer);
        CodeGroups.Write(
            layout,
            blockBytes,
            options.Threads,
            to,
            stop,
            vectors.Forget,
            () => new ProductGroupEncoder(vectors, layout, mean, quantizer, tiles));
        return start + ((long)layout.BlockCount * blockBytes);
    }

    /// <summary>
    /// Whether the mean is stored: where it stands in for centroids, and for distances, which are estimated
    /// around it. Far from it the products, and what rounding takes off them, would be large, and their
    /// differences small.
    /// </summary>
    internal static bool HasMean(Metric metric, CodeLists? lists) => lists is null || metric == Metric.Euclid;

    /// <summary>Bytes of 32 vectors.</summary>
    internal static int BlockBytes(int subspaces, int bits, bool hasOffsets)
        => (VectorKernels.BlockRows * bits / 8 * subspaces)
            + (hasOffsets ? VectorKernels.BlockRows * sizeof(float) : 0);

    /// <summary>Where the codes start.</summary>
    internal static long CodesOffset(ProductQuantizer quantizer, int meanLength)
    {
        long floats = meanLength + quantizer.Codebooks.Length;
        long end = ProductHeader.SizeBytes + (floats * sizeof(float));
        return (end + CodeGroups.Alignment - 1) / CodeGroups.Alignment * CodeGroups.Alignment;
    }

    private static ProductTraining Train(
        ColumnVectors vectors,
        CodeLists lists,
        float[] mean,
        CodeOptions options,
        CancellationToken stop)
    {
        ProductOptions training = options.ForTraining(vectors.Metric, vectors.Dimension);
        bool isScoreAware = ScoreAwareLoss.Excess(training.Threshold, vectors.Dimension) > 0;
        int dimension = vectors.Dimension;
        long most = BuildMemory.Bytes / sizeof(float) / dimension / (isScoreAware ? 2 : 1);
        most = Math.Min(most, Math.Min(IndexLimits.TrainingRowsMax, RowsPerCentroid << training.Bits));
        int count = (int)Math.Min(vectors.Count, most);
        float[] rows = new float[count * dimension];
        float[] directions = isScoreAware ? new float[rows.Length] : [];
        var random = new SplitMix64(options.Seed);
        for (int i = 0; i < count; i++)
        {
            // One of each part of equal length, in their order: reading goes through the file once.
            if ((i & 1023) == 1023)
            {
                vectors.Forget?.Invoke();
            }

            long begin = (long)i * vectors.Count / count;
            long end = (long)(i + 1) * vectors.Count / count;
            int vector = (int)begin + random.Below((int)(end - begin));
            Span<float> row = rows.AsSpan(i * dimension, dimension);
            vectors.Decode(vector, row);
            if (isScoreAware)
            {
                Span<float> direction = directions.AsSpan(i * dimension, dimension);
                row.CopyTo(direction);
                CodeLists.Subtract(vectors.Metric == Metric.Euclid ? mean : [], direction);
            }

            lists.Subtract(lists.ListOf(vector), row);
        }

        return ProductTraining.Train(rows, training, null, null, stop, directions);
    }
}
