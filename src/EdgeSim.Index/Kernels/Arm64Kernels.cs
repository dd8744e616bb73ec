// What the ARM64 classes share: everything that ARMv8.0-A Advanced SIMD (NEON) does well. A class on top of
//   it adds the steps for which later cores have better instructions (IProductStep, ICodeSteps).
// Boards: every ARM64 core: Raspberry Pi 3 (Cortex-A53), 4 (A72), 5 (A76), Jetson Nano (A57), Orin (A78AE).
// Source: Arm Architecture Reference Manual for A-profile. What these files say about pipes and latencies is
//   from LLVM's scheduling models (Cortex-A57, whose pipes A72 has; Neoverse N1, the sibling of A76). No
//   board was measured.
// Blocks of four rows: each load of the query serves four rows, so 5 loads feed 4 rows instead of 8, and four
//   chains of sums that do not wait for each other hide the latency of one (3 to 4 cycles on both cores). A
//   block at the end with fewer rows repeats its last row: the loads hit the first-level cache, and no second
//   kind of loop is needed.
// Tails: the last length % 16 bytes are loaded together with those before them, which have been counted
//   already and are cleared. Rows shorter than a register are copied to one that is filled up with zeros, so
//   every loop below may count on 16 bytes. Nothing is read before or beyond a row.
// No method with a loop over a row calls another: across a call only the low halves of V8 to V15 are kept
//   (procedure call standard), and the compiler would store sums in every turn to be ready for it.
// Prefetch: none. Rows that follow each other are what the hardware prefetchers of both cores are made for,
//   and .NET offers no prefetch instruction for ARM64 outside SVE. Rows picked by ordinal come four at a
//   time, so that an out-of-order core has the misses of four rows under way together.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <summary>What the 128-bit kernels for ARM64 have in common.</summary>
public abstract unsafe partial class Arm64Kernels : VectorKernels
{
    /// <summary>Rows that share each load of the query.</summary>
    private const int RowsTogether = 4;

    /// <summary>Bytes of a register.</summary>
    private const int Width = 16;

    /// <summary>Only classes of this assembly derive.</summary>
    private protected Arm64Kernels()
    {
    }

    /// <summary>Bytes that <see cref="Padded"/> may need for the queries and the rows of a block.</summary>
    private const int RoomBytes = (TileQueries + RowsTogether) * Width;

    /// <summary>Where <see cref="Block"/> puts short rows, behind the queries.</summary>
    private const int RoomOfRows = TileQueries * Width;

    /// <summary>
    /// The row itself, or where it has been copied to and filled up with zeros if it is short.
    /// </summary>
    /// <typeparam name="T">Bytes with or without sign.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* Padded<T>(T* row, int length, byte* room)
        where T : unmanaged
    {
        if (length >= Width)
        {
            return row;
        }

        Short((byte*)row, length).Store(room);
        return (T*)room;
    }

    /// <summary>
    /// Four rows that follow each other; the last one again where there are fewer than four.
    /// </summary>
    /// <param name="row0">The first row of the block.</param>
    /// <param name="length">Elements of a row.</param>
    /// <param name="left">Rows from this one on, at least one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Following<T>(T* row0, int length, int left, out T* row1, out T* row2, out T* row3)
        where T : unmanaged
    {
        row1 = row0 + (left > 1 ? length : 0);
        row2 = row1 + (left > 2 ? length : 0);
        row3 = row2 + (left > 3 ? length : 0);
    }

    /// <summary>The same for rows of bytes, each filled up if it is short.</summary>
    /// <param name="room"><see cref="RoomBytes"/> bytes; the queries' part stays as it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block<T>(
        T* first, int length, int left, byte* room, out T* row0, out T* row1, out T* row2, out T* row3)
        where T : unmanaged
    {
        Following(first, length, left, out row1, out row2, out row3);
        row0 = Padded(first, length, room + RoomOfRows);
        row1 = Padded(row1, length, room + RoomOfRows + Width);
        row2 = Padded(row2, length, room + RoomOfRows + (2 * Width));
        row3 = Padded(row3, length, room + RoomOfRows + (3 * Width));
    }

    /// <summary>Stores the results of a block: four, or as many as there are rows left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector128<T> four, T* target, int left)
        where T : unmanaged
    {
        if (left >= RowsTogether)
        {
            four.Store(target);
            return;
        }

        for (int i = 0; i < left; i++)
        {
            target[i] = four.GetElement(i);
        }
    }

    /// <summary>The sums of four registers, in four lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sums(
        Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3)
        => AdvSimd.Arm64.AddPairwise(
            AdvSimd.Arm64.AddPairwise(sum0, sum1), AdvSimd.Arm64.AddPairwise(sum2, sum3));

    /// <summary>The sums of four registers of int16, each below 65,536, in four lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sums(
        Vector128<ushort> sum0, Vector128<ushort> sum1, Vector128<ushort> sum2, Vector128<ushort> sum3)
        => AdvSimd.AddPairwiseWidening(
            AdvSimd.Arm64.AddPairwise(
                AdvSimd.Arm64.AddPairwise(sum0, sum1), AdvSimd.Arm64.AddPairwise(sum2, sum3))).AsInt32();

    /// <summary>The last bytes of a row among zeros, in the same lanes for the same number.</summary>
    /// <param name="rest">The first of these bytes, at least one register of the row before its end.</param>
    /// <param name="count">1 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Rest(byte* rest, int count)
        => AdvSimd.And(
            AdvSimd.LoadVector128(rest + count - Width),
            AdvSimd.CompareGreaterThanOrEqual(
                Vector128<byte>.Indices, Vector128.Create((byte)(Width - count))));

    /// <inheritdoc cref="Rest(byte*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Rest(sbyte* rest, int count) => Rest((byte*)rest, count).AsSByte();

    /// <summary>A row of 1 to 15 bytes in the low lanes: two words of it that may overlap.</summary>
    private static Vector128<byte> Short(byte* row, int count)
    {
        ulong low;
        ulong high = 0;
        if (count >= sizeof(ulong))
        {
            low = Unsafe.ReadUnaligned<ulong>(row);
            if (count > sizeof(ulong))
            {
                high = Unsafe.ReadUnaligned<ulong>(row + count - sizeof(ulong)) >> (8 * (Width - count));
            }
        }
        else if (count >= sizeof(uint))
        {
            ulong second = Unsafe.ReadUnaligned<uint>(row + count - sizeof(uint));
            low = Unsafe.ReadUnaligned<uint>(row) | (second >> (8 * (sizeof(ulong) - count)) << 32);
        }
        else
        {
            // One, two or three bytes: the first, the middle and the last are all of them.
            int middle = count / 2;
            low = row[0]
                | ((ulong)row[middle] << (8 * middle))
                | ((ulong)row[count - 1] << (8 * (count - 1)));
        }

        return Vector128.Create(low, high).AsByte();
    }
}
