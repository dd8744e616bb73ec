using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Commands;

/// <summary>
/// What <c>bench kernels</c> can time: how long a row is, and how a block of rows is scanned.
/// </summary>
internal sealed class KernelOperation
{
    private readonly Func<int, int> rowBytes;
    private readonly Scan scan;

    private KernelOperation(string name, Func<int, int> rowBytes, Scan scan)
    {
        Name = name;
        this.rowBytes = rowBytes;
        this.scan = scan;
    }

    private delegate void Scan(
        VectorKernels kernels,
        ReadOnlySpan<sbyte> query,
        ReadOnlySpan<sbyte> rows,
        int rowBytes,
        Span<int> scores,
        Span<ushort> sums);

    /// <summary>Dot product of int8 codes, rows padded to 16 as they are stored.</summary>
    public static KernelOperation Int8 { get; } = new(
        "int8",
        dimension => (dimension + 15) & ~15,
        (kernels, query, rows, bytes, scores, sums) =>
            kernels.Dot(query[..bytes], rows, scores[..sums.Length]));

    /// <summary>Four queries at once.</summary>
    public static KernelOperation Tile { get; } = new(
        "int8 x 4 queries",
        dimension => (dimension + 15) & ~15,
        (kernels, query, rows, bytes, scores, sums) => kernels.DotTile(
            query[..(bytes * VectorKernels.TileQueries)], rows, scores[..(
                sums.Length * VectorKernels.TileQueries)]));

    public static KernelOperation Manhattan { get; } = new(
        "manhattan",
        dimension => (dimension + 15) & ~15,
        (kernels, query, rows, bytes, scores, sums) =>
            kernels.Manhattan(query[..bytes], rows, scores[..sums.Length]));

    public static KernelOperation Hamming { get; } = new(
        "hamming",
        dimension => (dimension + 7) / 8,
        (kernels, query, rows, bytes, scores, sums) => kernels.Hamming(
            MemoryMarshal.AsBytes(query[..bytes]), MemoryMarshal.AsBytes(rows), scores[..sums.Length]));

    /// <summary>Rows of bits, a query of four bit planes.</summary>
    public static KernelOperation BitPlanes { get; } = new(
        "rabitq",
        dimension => (dimension + 7) / 8,
        (kernels, query, rows, bytes, scores, sums) => kernels.BitPlaneDot(
            MemoryMarshal.AsBytes(query[..(bytes * VectorKernels.PlaneCount)]),
            MemoryMarshal.AsBytes(rows),
            scores[..sums.Length]));

    /// <summary>4-bit product codes, eight components a sub-space.</summary>
    public static KernelOperation Nibbles { get; } = new(
        "pq4",
        dimension => Math.Max(1, dimension / 8 / 2),
        (kernels, query, rows, bytes, scores, sums) => kernels.ScanNibbles(
            MemoryMarshal.AsBytes(query[..(bytes * 2 * VectorKernels.NibbleCentroids)]),
            MemoryMarshal.AsBytes(rows),
            sums));

    public static IReadOnlyList<KernelOperation> All { get; } =
        [Int8, Tile, Manhattan, Hamming, BitPlanes, Nibbles];

    public string Name { get; }

    /// <summary>Bytes of a row; sub-spaces come in pairs for 4-bit codes.</summary>
    public int RowBytes(int dimension) => rowBytes(dimension);

    /// <summary>Scans one block of <c>sums.Length</c> rows.</summary>
    public void Run(
        VectorKernels kernels,
        ReadOnlySpan<sbyte> query,
        ReadOnlySpan<sbyte> rows,
        int bytes,
        Span<int> scores,
        Span<ushort> sums) => scan(kernels, query, rows, bytes, scores, sums);
}
