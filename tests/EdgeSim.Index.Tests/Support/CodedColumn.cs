using System.Runtime.InteropServices;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Tests.Support;

/// <summary>A column in memory with lists made by hand, and the sections that its codes become.</summary>
internal sealed unsafe class CodedColumn : IDisposable
{
    private readonly List<nint> _memory = [];

    /// <param name="values">[count x dimension].</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">What near means.</param>
    /// <param name="ends">Ends of lists whose centroids are their means; empty: no lists.</param>
    public CodedColumn(float[] values, int dimension, Metric metric, params int[] ends)
    {
        Count = values.Length / dimension;
        Dimension = dimension;
        Metric = metric;
        int stride = RowQuantizer.Stride(dimension);
        byte* codes = Allocate(Count * stride);
        float* scales = (float*)Allocate(Count * sizeof(float));
        int* squareSums = (int*)Allocate(Count * sizeof(int));
        for (int i = 0; i < Count; i++)
        {
            QuantizedRow row = RowQuantizer.Quantize(
                values.AsSpan(i * dimension, dimension),
                metric,
                new Span<sbyte>(codes + (i * stride), stride));
            scales[i] = row.Scale;
            squareSums[i] = row.SquareSum;
        }

        Vectors = new ColumnVectors(
            metric, dimension, Count, (nint)codes, (nint)scales, (nint)squareSums);
        Lists = ends.Length == 0 ? null : new CodeLists(ends, dimension, Means(ends));
    }

    public int Count { get; }

    public int Dimension { get; }

    public Metric Metric { get; }

    public ColumnVectors Vectors { get; }

    public CodeLists? Lists { get; }

    public static CodeOptions Options { get; } = new() { Threads = 2, RowsMin = 1 };

    /// <summary>A vector as codes are made of it.</summary>
    public float[] Vector(int vector)
    {
        float[] values = new float[Dimension];
        Vectors.Decode(vector, values);
        return values;
    }

    /// <summary>What ranks a vector: cosine, inner product, or minus the squared distance.</summary>
    public double Similarity(float[] query, int vector)
    {
        float[] row = Vector(vector);
        return Metric switch
        {
            Metric.Cosine => Clusters.Dot(query, row) / RowQuantizer.Norm(query),
            Metric.Dot => Clusters.Dot(query, row),
            _ => -Clusters.DistanceSquared(query, row),
        };
    }

    /// <summary>The score that a search would report.</summary>
    public float Score(float[] query, int vector)
        => Metric == Metric.Euclid
            ? -(float)Math.Sqrt(-Similarity(query, vector))
            : (float)Similarity(query, vector);

    /// <summary>The best vectors, best first.</summary>
    public int[] Nearest(float[] query, int count)
        => Enumerable.Range(0, Count).OrderByDescending(vector => Similarity(query, vector))
            .Take(count).ToArray();

    public byte[] ProductBytes(CodeOptions? options = null)
    {
        using var stream = new MemoryStream();
        Assert.Equal(
            ProductWriter.Write(Vectors, Lists, options ?? Options, stream, CancellationToken.None),
            stream.Length);
        return stream.ToArray();
    }

    public byte[] BitBytes(CodeOptions? options = null)
    {
        using var stream = new MemoryStream();
        Assert.Equal(
            BitWriter.Write(Vectors, Lists, options ?? Options, stream, CancellationToken.None),
            stream.Length);
        return stream.ToArray();
    }

    /// <summary>
    /// Changes bytes of a section: of a wrong checksum nothing may be used, and a right one (of a faulty
    /// writer) may give an error or an answer, and nothing else.
    /// </summary>
    /// <param name="good">The section.</param>
    /// <param name="headerBytes">Of its header, which two of three changes hit.</param>
    /// <param name="use">Opens a section and searches it.</param>
    public void CheckDamage(byte[] good, int headerBytes, Action<Section> use)
    {
        var random = new SplitMix64(7);
        int errors = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] bad = [.. good];
            int place = random.Below(round % 3 == 0 ? good.Length : headerBytes);
            bad[place] ^= (byte)(1 + random.Below(255));
            Assert.Throws<IndexCorruptException>(() => use(Section(bad, good)));
            try
            {
                use(Section(bad));
            }
            catch (IndexCorruptException)
            {
                errors++;
            }
        }

        Assert.InRange(errors, 50, 300);
        Assert.Throws<IndexCorruptException>(() => use(Section(good[..60])));
        Assert.Throws<IndexCorruptException>(() => use(Section(good[..^32])));
    }

    public ProductCodes Product(byte[] bytes) => new(Section(bytes), Metric, Dimension, Count, Lists);

    public BitCodes Bits(byte[] bytes) => new(Section(bytes), Metric, Dimension, Count, Lists);

    /// <summary>Bytes as a section, with the checksums of what they were.</summary>
    public Section Section(byte[] bytes, byte[]? checksumsOf = null)
    {
        byte* memory = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        int blocks = (int)SegmentLayout.BlockCount(bytes.Length);
        uint* checksums = (uint*)Allocate(blocks * sizeof(uint));
        for (int i = 0; i < blocks; i++)
        {
            int from = i * SegmentLayout.BlockBytes;
            checksums[i] = Crc32C.Of(
                (checksumsOf ?? bytes).AsSpan(from, Math.Min(SegmentLayout.BlockBytes, bytes.Length - from)));
        }

        return new Section(memory, "memory", new SectionEntry { Bytes = (ulong)bytes.Length }, checksums)
        {
            Id = SectionId.Product,
            Column = 0,
        };
    }

    public void Dispose()
    {
        foreach (nint memory in _memory)
        {
            NativeMemory.AlignedFree((void*)memory);
        }
    }

    private byte* Allocate(int bytes)
    {
        void* memory = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), 64);
        _memory.Add((nint)memory);
        return (byte*)memory;
    }

    private float[] Means(int[] ends)
    {
        float[] means = new float[ends.Length * Dimension];
        for (int list = 0, vector = 0; list < ends.Length; list++)
        {
            int size = Math.Max(1, ends[list] - vector);
            for (; vector < ends[list]; vector++)
            {
                float[] values = Vector(vector);
                for (int i = 0; i < Dimension; i++)
                {
                    means[(list * Dimension) + i] += values[i] / size;
                }
            }
        }

        return means;
    }
}
