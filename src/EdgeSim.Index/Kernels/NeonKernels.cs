// Instructions: SMULL2 multiplies the upper 8 + 8 codes into int16, SMLAL adds the products of the lower 8 +
//   8, SADALP adds neighbours into int32 sums: three instructions for 16 products. UADALP for the sums of
//   differences.
// Boards: every ARM64 core (ARMv8.0-A Advanced SIMD). The class for those without SDOT: Raspberry Pi 3
//   (Cortex-A53), 4 (A72), Jetson Nano (A57).
// Source: Arm Architecture Reference Manual for A-profile. Cortex-A72 by LLVM's scheduling model of it (no
//   board was measured): dispatch of three operations a cycle, one load pipe, and two SIMD pipes of which
//   only F0 multiplies integers and only F1 does SADALP. The two multiplications of 16 products are therefore
//   the bound, 2 cycles, whatever surrounds them.
// Why faster than scalar: 16 products in three instructions, and four rows share each load of the query.
// Why not SMULL, SMULL2 and two SADALP always: the same multiplications, but four instructions, which crowds
//   the dispatch (and counts in full on a Cortex-A53, which issues in order). SMLAL onto a SMULL2 result
//   overflows int16 for two products of -128 x -128 only: 32,768. So a query without -128, which is every
//   query that our own quantiser makes, takes the short form and any other the long one; whatever the rows
//   hold, both are exact.
// Upper half first: the compiler copies a register to use its lower half, unless that is the last use of it.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <summary>128-bit kernels for ARM64 without the dot product instructions.</summary>
public sealed class NeonKernels : Arm64Kernels
{
    /// <summary>Fewer rows than this are not worth a look at the query.</summary>
    private const int RowsForShortStep = 4;

    /// <summary>Whether this processor and this build can run the class.</summary>
    public static bool IsSupported => AdvSimd.Arm64.IsSupported;

    /// <inheritdoc/>
    public override string Name => "neon";

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        if (scores.Length >= RowsForShortStep && !query.Contains(sbyte.MinValue))
        {
            DotRows<ShortStep>(query, rows, scores);
        }
        else
        {
            DotRows<Steps>(query, rows, scores);
        }
    }

    /// <inheritdoc/>
    protected override void DotAtCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, ReadOnlySpan<int> ordinals, Span<int> scores)
    {
        if (scores.Length >= RowsForShortStep && !query.Contains(sbyte.MinValue))
        {
            DotRowsAt<ShortStep>(query, rows, ordinals, scores);
        }
        else
        {
            DotRowsAt<Steps>(query, rows, ordinals, scores);
        }
    }

    /// <inheritdoc/>
    protected override void DotTileCore(
        ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        if (!queries.Contains(sbyte.MinValue))
        {
            DotTileRows<ShortStep>(queries, rows, scores);
        }
        else
        {
            DotTileRows<Steps>(queries, rows, scores);
        }
    }

    /// <inheritdoc/>
    protected override void ManhattanCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> distances)
        => ManhattanRows<Steps>(query, rows, distances);

    /// <inheritdoc/>
    protected override void RowSumsCore(
        int length, ReadOnlySpan<sbyte> rows, Span<int> sums, Span<int> squareSums)
        => SumRows<Steps>(length, rows, sums, squareSums);

    /// <summary>Exact unless both factors of a product are -128.</summary>
    private readonly struct ShortStep : IProductStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> MultiplyAdd(
            Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right)
        {
            Vector128<short> products = AdvSimd.MultiplyWideningUpper(left, right);
            products = AdvSimd.MultiplyWideningLowerAndAdd(products, left.GetLower(), right.GetLower());
            return AdvSimd.AddPairwiseWideningAndAdd(sum, products);
        }
    }

    /// <summary>Exact for all codes.</summary>
    private readonly struct Steps : IProductStep, ICodeSteps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> MultiplyAdd(
            Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right)
        {
            sum = AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.MultiplyWideningUpper(left, right));
            return AdvSimd.AddPairwiseWideningAndAdd(
                sum, AdvSimd.MultiplyWideningLower(left.GetLower(), right.GetLower()));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> AddCodes(Vector128<int> sum, Vector128<sbyte> codes)
            => AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.AddPairwiseWidening(codes));

        // Two squares of -128 are 32,768: too much for int16, but a square has no sign, so uint16 holds it.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> AddSquares(Vector128<int> sum, Vector128<sbyte> codes)
        {
            Vector128<short> squares = AdvSimd.MultiplyWideningUpper(codes, codes);
            squares = AdvSimd.MultiplyWideningLowerAndAdd(squares, codes.GetLower(), codes.GetLower());
            return AdvSimd.AddPairwiseWideningAndAdd(sum.AsUInt32(), squares.AsUInt16()).AsInt32();
        }

        // uint16 sums: 128 registers add at most 128 x 2 x 255 = 65,280 to one.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<uint> AddDifferences(Vector128<uint> sums, Vector128<byte> differences)
            => AdvSimd.AddPairwiseWideningAndAdd(sums.AsUInt16(), differences).AsUInt32();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<uint> TotalDifferences(Vector128<uint> even, Vector128<uint> odd)
            => AdvSimd.AddPairwiseWideningAndAdd(
                AdvSimd.AddPairwiseWidening(even.AsUInt16()), odd.AsUInt16());
    }
}
