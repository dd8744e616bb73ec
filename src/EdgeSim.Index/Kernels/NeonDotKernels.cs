// Instructions: SDOT multiplies 16 pairs of codes and adds each four neighbours to an int32 sum: one
//   instruction for 16 products. UDOT with ones adds absolute differences (SABD), SDOT with ones adds codes.
// Boards: cores with FEAT_DotProd, optional from ARMv8.2-A and required from 8.4: Raspberry Pi 5
//   (Cortex-A76), Jetson Orin (A78AE), Cortex-A55 boards. Not the Raspberry Pi 4 (A72): there the instruction
//   is illegal.
// Source: Arm Architecture Reference Manual for A-profile. Cortex-A76 by LLVM's scheduling model of it (no
//   board was measured): SDOT on both SIMD pipes, two a cycle, latency 3 and 1 into the sum of the next;
//   SMULL on one pipe (V0), SADALP on the other (V1).
// Why faster than neon: one instruction instead of three, on two pipes instead of one. What bounds it then
//   are two loads a cycle: 5 for 4 SDOT. That is why four rows share each load of the query.
// Exact for every input: 4096 x 128 x 128 is 2^26, and nothing narrower than int32 holds a sum.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <summary>128-bit kernels for ARM64 with the dot product instructions.</summary>
public sealed class NeonDotKernels : Arm64Kernels
{
    /// <summary>Whether this processor and this build can run the class.</summary>
    public static bool IsSupported => Dp.IsSupported && AdvSimd.Arm64.IsSupported;

    /// <inheritdoc/>
    public override string Name => "neon-dot";

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
        => DotRows<Steps>(query, rows, scores);

    /// <inheritdoc/>
    protected override void DotAtCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, ReadOnlySpan<int> ordinals, Span<int> scores)
        => DotRowsAt<Steps>(query, rows, ordinals, scores);

    /// <inheritdoc/>
    protected override void DotTileCore(
        ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, Span<int> scores)
        => DotTileRows<Steps>(queries, rows, scores);

    /// <inheritdoc/>
    protected override void ManhattanCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> distances)
        => ManhattanRows<Steps>(query, rows, distances);

    /// <inheritdoc/>
    protected override void RowSumsCore(
        int length, ReadOnlySpan<sbyte> rows, Span<int> sums, Span<int> squareSums)
        => SumRows<Steps>(length, rows, sums, squareSums);

    private readonly struct Steps : IProductStep, ICodeSteps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> MultiplyAdd(
            Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right)
            => Dp.DotProduct(sum, left, right);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> AddCodes(Vector128<int> sum, Vector128<sbyte> codes)
            => Dp.DotProduct(sum, codes, Vector128<sbyte>.One);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> AddSquares(Vector128<int> sum, Vector128<sbyte> codes)
            => Dp.DotProduct(sum, codes, codes);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<uint> AddDifferences(Vector128<uint> sums, Vector128<byte> differences)
            => Dp.DotProduct(sums, differences, Vector128<byte>.One);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<uint> TotalDifferences(Vector128<uint> even, Vector128<uint> odd)
            => AdvSimd.Add(even, odd);
    }
}
