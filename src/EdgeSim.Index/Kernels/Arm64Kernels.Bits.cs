// Instructions: CNT counts the ones of 16 bytes at once; UADALP adds neighbours into uint16 sums, which hold
//   the longest row: 4,096 ones, or 15 x 4,096 = 61,440 for four planes.
// Source: Arm Architecture Reference Manual for A-profile; Mula, Kurz and Lemire 2018 (Faster Population
//   Counts Using AVX2 Instructions) for why ARM needs none of their tables: it has the instruction.
// Why faster than scalar: CNT works on vector registers only; a count of a word means two moves between the
//   register files, and here there are none. Four rows share each load of the query and of the planes.
// Unrolling: none beyond the four rows. A row of bits is short (48 bytes for 384 dimensions), and the loop
//   has 16 vector instructions or more a turn against three that count.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <content>Rows of bits.</content>
public abstract unsafe partial class Arm64Kernels
{
    /// <inheritdoc/>
    protected override void HammingCore(
        ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<int> distances)
    {
        int length = query.Length;
        int padded = Math.Max(length, Width);
        byte* room = stackalloc byte[RoomBytes];
        fixed (byte* start = query)
        fixed (byte* first = rows)
        fixed (int* target = distances)
        {
            byte* bits = Padded(start, length, room);
            byte* row = first;
            for (int i = 0; i < distances.Length; i += RowsTogether)
            {
                int left = distances.Length - i;
                Block(
                    row, length, left, room, out byte* row0, out byte* row1, out byte* row2, out byte* row3);
                Store(FourHamming(bits, row0, row1, row2, row3, padded), target + i, left);
                row += RowsTogether * length;
            }
        }
    }

    /// <inheritdoc/>
    protected override void BitPlaneDotCore(
        ReadOnlySpan<byte> planes, ReadOnlySpan<byte> rows, Span<int> sums)
    {
        int length = planes.Length / PlaneCount;
        int padded = Math.Max(length, Width);
        byte* room = stackalloc byte[RoomBytes];
        fixed (byte* start = planes)
        fixed (byte* first = rows)
        fixed (int* target = sums)
        {
            byte* bits = Padded(start, length, room);
            for (int plane = 1; plane < PlaneCount; plane++)
            {
                Padded(start + (plane * length), length, room + (plane * Width));
            }

            byte* row = first;
            for (int i = 0; i < sums.Length; i += RowsTogether)
            {
                int left = sums.Length - i;
                Block(
                    row, length, left, room, out byte* row0, out byte* row1, out byte* row2, out byte* row3);
                Store(FourPlaneSums(bits, row0, row1, row2, row3, padded), target + i, left);
                row += RowsTogether * length;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<int> FourHamming(
        byte* query, byte* row0, byte* row1, byte* row2, byte* row3, int length)
    {
        Vector128<ushort> sum0 = Vector128<ushort>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        nint i = 0;
        for (; i <= length - Width; i += Width)
        {
            Vector128<byte> bits = AdvSimd.LoadVector128(query + i);
            sum0 = AddOnes(sum0, AdvSimd.Xor(bits, AdvSimd.LoadVector128(row0 + i)));
            sum1 = AddOnes(sum1, AdvSimd.Xor(bits, AdvSimd.LoadVector128(row1 + i)));
            sum2 = AddOnes(sum2, AdvSimd.Xor(bits, AdvSimd.LoadVector128(row2 + i)));
            sum3 = AddOnes(sum3, AdvSimd.Xor(bits, AdvSimd.LoadVector128(row3 + i)));
        }

        int rest = length - (int)i;
        if (rest != 0)
        {
            Vector128<byte> bits = Rest(query + i, rest);
            sum0 = AddOnes(sum0, AdvSimd.Xor(bits, Rest(row0 + i, rest)));
            sum1 = AddOnes(sum1, AdvSimd.Xor(bits, Rest(row1 + i, rest)));
            sum2 = AddOnes(sum2, AdvSimd.Xor(bits, Rest(row2 + i, rest)));
            sum3 = AddOnes(sum3, AdvSimd.Xor(bits, Rest(row3 + i, rest)));
        }

        return Sums(sum0, sum1, sum2, sum3);
    }

    /// <summary>Four planes and four rows: 16 sums, 4 planes and a row are 21 of the 32 registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<int> FourPlaneSums(
        byte* plane0, byte* row0, byte* row1, byte* row2, byte* row3, int length)
    {
        byte* plane1 = plane0 + length;
        byte* plane2 = plane1 + length;
        byte* plane3 = plane2 + length;
        PlaneSums sums0 = default, sums1 = default, sums2 = default, sums3 = default;
        Vector128<byte> bits0, bits1, bits2, bits3;
        nint i = 0;
        for (; i <= length - Width; i += Width)
        {
            bits0 = AdvSimd.LoadVector128(plane0 + i);
            bits1 = AdvSimd.LoadVector128(plane1 + i);
            bits2 = AdvSimd.LoadVector128(plane2 + i);
            bits3 = AdvSimd.LoadVector128(plane3 + i);
            sums0.Add(bits0, bits1, bits2, bits3, AdvSimd.LoadVector128(row0 + i));
            sums1.Add(bits0, bits1, bits2, bits3, AdvSimd.LoadVector128(row1 + i));
            sums2.Add(bits0, bits1, bits2, bits3, AdvSimd.LoadVector128(row2 + i));
            sums3.Add(bits0, bits1, bits2, bits3, AdvSimd.LoadVector128(row3 + i));
        }

        int rest = length - (int)i;
        if (rest != 0)
        {
            bits0 = Rest(plane0 + i, rest);
            bits1 = Rest(plane1 + i, rest);
            bits2 = Rest(plane2 + i, rest);
            bits3 = Rest(plane3 + i, rest);
            sums0.Add(bits0, bits1, bits2, bits3, Rest(row0 + i, rest));
            sums1.Add(bits0, bits1, bits2, bits3, Rest(row1 + i, rest));
            sums2.Add(bits0, bits1, bits2, bits3, Rest(row2 + i, rest));
            sums3.Add(bits0, bits1, bits2, bits3, Rest(row3 + i, rest));
        }

        return Sums(sums0.Total(), sums1.Total(), sums2.Total(), sums3.Total());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> AddOnes(Vector128<ushort> sum, Vector128<byte> bits)
        => AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.PopCount(bits));

    /// <summary>The ones of a row under each plane; weighted once, at the end.</summary>
    private struct PlaneSums
    {
        private Vector128<ushort> _sum0;
        private Vector128<ushort> _sum1;
        private Vector128<ushort> _sum2;
        private Vector128<ushort> _sum3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(
            Vector128<byte> bits0,
            Vector128<byte> bits1,
            Vector128<byte> bits2,
            Vector128<byte> bits3,
            Vector128<byte> row)
        {
            _sum0 = AddOnes(_sum0, AdvSimd.And(bits0, row));
            _sum1 = AddOnes(_sum1, AdvSimd.And(bits1, row));
            _sum2 = AddOnes(_sum2, AdvSimd.And(bits2, row));
            _sum3 = AddOnes(_sum3, AdvSimd.And(bits3, row));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector128<ushort> Total()
        {
            Vector128<ushort> high = AdvSimd.Add(_sum2, AdvSimd.ShiftLeftLogical(_sum3, 1));
            Vector128<ushort> low = AdvSimd.Add(_sum0, AdvSimd.ShiftLeftLogical(_sum1, 1));
            return AdvSimd.Add(low, AdvSimd.ShiftLeftLogical(high, 2));
        }
    }
}
