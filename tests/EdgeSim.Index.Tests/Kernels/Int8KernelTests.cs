using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>Operations on int8 rows against the law, with a forbidden page right behind the data.</summary>
public sealed class Int8KernelTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Every_Length_EqualsTheLaw(string name)
    {
        var random = new SplitMix64(1);
        using var memory = new GuardedMemory(4096 * 5);
        using var queryMemory = new GuardedMemory(4096 * VectorKernels.TileQueries);
        foreach (int length in KernelCases.Lengths)
        {
            Span<sbyte> rows = memory.Last<sbyte>(5 * length);
            Span<sbyte> queries = queryMemory.Last<sbyte>(VectorKernels.TileQueries * length);
            random.Fill(rows);
            random.Fill(queries);
            Compare(VectorKernels.Select(name), queries, rows, 5);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Every_RowCount_EqualsTheLaw(string name)
    {
        var random = new SplitMix64(2);
        int[] lengths = Emulation.IsOn ? [1, 16, 37, 100] : [1, 16, 31, 32, 37, 64, 100, 384];
        foreach (int length in lengths)
        {
            using var memory = new GuardedMemory(71 * length);
            sbyte[] queries = new sbyte[VectorKernels.TileQueries * length];
            random.Fill(queries);
            foreach (int count in KernelCases.RowCounts)
            {
                Span<sbyte> rows = memory.Last<sbyte>(count * length);
                random.Fill(rows);
                Compare(VectorKernels.Select(name), queries, rows, count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Every_Alignment_EqualsTheLaw(string name)
    {
        var random = new SplitMix64(3);
        sbyte[] memory = new sbyte[64 + (6 * 80)];
        random.Fill(memory);
        for (int shift = 0; shift < 64; shift++)
        {
            foreach (int length in (int[])[16, 48, 77])
            {
                Compare(
                    VectorKernels.Select(name),
                    memory.AsSpan(63 - shift, VectorKernels.TileQueries * length),
                    memory.AsSpan(shift, 6 * length),
                    6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Extreme_Fills_GiveTheExactSums(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        using var memory = new GuardedMemory(4096 * 4);
        foreach (int length in (int[])[1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 257, 512, 4096])
        {
            Span<sbyte> rows = memory.Last<sbyte>(4 * length);
            sbyte[] query = new sbyte[length];
            int[] scores = new int[4];
            int[] squares = new int[4];
            foreach (sbyte right in KernelCases.Extremes)
            {
                rows.Fill(right);
                foreach (sbyte left in KernelCases.Extremes)
                {
                    Array.Fill(query, left);
                    kernels.Dot(query, rows, scores);
                    Assert.All(scores, score => Assert.Equal(length * left * right, score));
                    kernels.Manhattan(query, rows, scores);
                    Assert.All(scores, score => Assert.Equal(length * Math.Abs(left - right), score));
                }

                kernels.RowSums(length, rows, scores, squares);
                Assert.All(scores, score => Assert.Equal(length * right, score));
                Assert.All(squares, square => Assert.Equal(length * right * right, square));
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Extreme_MixedSigns_EqualTheLaw(string name)
    {
        var random = new SplitMix64(6);
        foreach (int length in (int[])[16, 33, 100, 384, 4096])
        {
            sbyte[] queries = new sbyte[VectorKernels.TileQueries * length];
            sbyte[] rows = new sbyte[7 * length];
            foreach (sbyte[] codes in (sbyte[][])[queries, rows])
            {
                for (int i = 0; i < codes.Length; i++)
                {
                    codes[i] = KernelCases.Extremes[random.Below(KernelCases.Extremes.Count)];
                }
            }

            Compare(VectorKernels.Select(name), queries, rows, 7);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Quantize_EveryLength_EqualsTheLaw(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(7);
        using var memory = new GuardedMemory(4096);
        using var rowMemory = new GuardedMemory(4096 * sizeof(float));
        foreach (int length in KernelCases.Lengths)
        {
            Span<float> row = rowMemory.Last<float>(length);
            random.Vector(length).CopyTo(row);
            row[random.Below(length)] = -0.5f / 40f; // Halves go to even: -0.5 becomes 0.
            row[random.Below(length)] = 1.5f / 40f;
            row[random.Below(length)] = float.MaxValue;
            row[random.Below(length)] = -float.MaxValue;
            row[random.Below(length)] = float.Epsilon;
            Span<sbyte> codes = memory.Last<sbyte>(length);
            codes.Fill(77);
            sbyte[] expected = new sbyte[length];
            KernelCases.Law.Quantize(row, 40.0, expected);
            kernels.Quantize(row, 40.0, codes);
            KernelCases.AssertEqual<sbyte>(expected, codes, $"{name} Quantize, length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void FloatQuery_EveryLength_EqualsTheLawBitForBit(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(4);
        using var memory = new GuardedMemory(4096);
        using var queryMemory = new GuardedMemory(4096 * sizeof(float));
        foreach (int length in KernelCases.Lengths)
        {
            Span<sbyte> row = memory.Last<sbyte>(length);
            Span<float> query = queryMemory.Last<float>(length);
            random.Fill(row);
            random.Vector(length).CopyTo(query);
            float scale = random.Signed();
            AssertSameBits(KernelCases.Law.Dot(query, row), kernels.Dot(query, row));
            AssertSameBits(
                KernelCases.Law.DistanceSquared(
                    query, row, scale), kernels.DistanceSquared(query, row, scale));
        }
    }

    [Fact]
    public void FloatQuery_Law_AgainstPlainSums_DiffersByRoundingOnly()
    {
        var random = new SplitMix64(5);
        foreach (int length in (int[])[1, 7, 8, 512, 4096])
        {
            float[] query = random.Vector(length);
            sbyte[] row = new sbyte[length];
            random.Fill(row);
            double dot = 0;
            double size = 0;
            double distance = 0;
            for (int i = 0; i < length; i++)
            {
                dot += (double)query[i] * row[i];
                size += Math.Abs((double)query[i] * row[i]);
                distance += Math.Pow(query[i] - (0.25 * row[i]), 2);
            }

            Assert.Equal(dot, KernelCases.Law.Dot(query, row), 1e-13 * size);
            Assert.Equal(distance, KernelCases.Law.DistanceSquared(query, row, 0.25f), 1e-13 * distance);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Lengths_ThatDoNotFit_AreRefused(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[16], new sbyte[33], new int[2]));
        Assert.Throws<ArgumentException>(() => kernels.Dot([], [], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[4097], new sbyte[4097], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[4], new sbyte[8], [2], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[4], new sbyte[8], [-1], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[4], new sbyte[9], [0], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[4], new sbyte[8], [0, 1], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.DotTile(new sbyte[18], new sbyte[8], new int[8]));
        Assert.Throws<ArgumentException>(() => kernels.DotTile(new sbyte[16], new sbyte[8], new int[7]));
        Assert.Throws<ArgumentException>(() => kernels.Manhattan(new sbyte[3], new sbyte[8], new int[2]));
        Assert.Throws<ArgumentException>(() => kernels.RowSums(4, new sbyte[8], new int[2], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Quantize(new float[4], 1, new sbyte[5]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new float[16], new sbyte[15]));
        Assert.Throws<ArgumentException>(() => kernels.DistanceSquared(new float[15], new sbyte[16], 1f));
    }

    /// <summary>
    /// All integer operations on one set of rows; the first query stands for the single ones.
    /// </summary>
    private static void Compare(
        VectorKernels kernels, ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, int count)
    {
        ScalarKernels law = KernelCases.Law;
        int length = queries.Length / VectorKernels.TileQueries;
        string what = $"{kernels.Name}, {count} rows of {length}";
        ReadOnlySpan<sbyte> query = queries[..length];
        int[] expected = new int[count];
        int[] actual = new int[count];
        law.Dot(query, rows, expected);
        kernels.Dot(query, rows, actual);
        KernelCases.AssertEqual<int>(expected, actual, "Dot " + what);

        // Every row once, in an order that jumps.
        int[] ordinals = [.. Enumerable.Range(0, count).Select(i => (int)(i * 7919L % Math.Max(count, 1)))];
        law.Dot(query, rows, ordinals, expected);
        kernels.Dot(query, rows, ordinals, actual);
        KernelCases.AssertEqual<int>(expected, actual, "Dot by ordinal " + what);

        law.Manhattan(query, rows, expected);
        kernels.Manhattan(query, rows, actual);
        KernelCases.AssertEqual<int>(expected, actual, "Manhattan " + what);

        int[] expectedTile = new int[VectorKernels.TileQueries * count];
        int[] actualTile = new int[VectorKernels.TileQueries * count];
        law.DotTile(queries, rows, expectedTile);
        kernels.DotTile(queries, rows, actualTile);
        KernelCases.AssertEqual<int>(expectedTile, actualTile, "DotTile " + what);

        int[] expectedSquares = new int[count];
        int[] actualSquares = new int[count];
        law.RowSums(length, rows, expected, expectedSquares);
        kernels.RowSums(length, rows, actual, actualSquares);
        KernelCases.AssertEqual<int>(expected, actual, "RowSums, sum " + what);
        KernelCases.AssertEqual<int>(expectedSquares, actualSquares, "RowSums, squares " + what);
    }

    private static void AssertSameBits(double expected, double actual)
        => Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));
}
