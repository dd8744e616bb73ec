using System.Runtime.Intrinsics.Arm;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>
/// Which ARM64 classes there are, and the two ways in which the class without SDOT multiplies.
/// </summary>
public sealed class Arm64KernelTests(ITestOutputHelper output)
{
    /// <summary>The classes that a run must find, slowest first, where it knows its processor.</summary>
    private const string ExpectedVariable = "EDGESIM_EXPECT_KERNELS";

    private static readonly int[] Lengths =
        [1, 3, 4, 7, 8, 12, 15, 16, 17, 31, 32, 48, 63, 64, 65, 80, 100, 127, 384, 4095, 4096];

    [Fact]
    public void Available_AreThoseOfTheProcessor()
    {
        string names = string.Join(' ', VectorKernels.Available.Select(kernels => kernels.Name));
        output.WriteLine("kernels: " + names);
        string? expected = Environment.GetEnvironmentVariable(ExpectedVariable);
        if (!string.IsNullOrEmpty(expected))
        {
            Assert.Equal(expected, names);
        }

        Assert.Equal(AdvSimd.Arm64.IsSupported, names.Split(' ').Contains("neon"));
        Assert.Equal(Dp.IsSupported, names.Split(' ').Contains("neon-dot"));
    }

    /// <summary>
    /// Two products of -128 and -128 overflow int16, so a query that has none may take a shorter way.
    /// Here the rows are full of -128, and the queries have none, or one, in one place after the other.
    /// </summary>
    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Minimum_InRows_AndNowhereOrOnceInTheQuery_IsExact(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(41);
        foreach (int length in Lengths)
        {
            sbyte[] queries = new sbyte[VectorKernels.TileQueries * length];
            sbyte[] rows = new sbyte[6 * length];
            random.Fill(queries);
            random.Fill(rows);
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = random.Below(4) == 0 ? rows[i] : sbyte.MinValue;
            }

            for (int i = 0; i < queries.Length; i++)
            {
                queries[i] = random.Below(4) == 0 ? Math.Max(queries[i], (sbyte)-127) : (sbyte)-127;
            }

            Compare(kernels, queries, rows, length);
            for (int at = 0; at < length; at += Math.Max(1, length / 17))
            {
                sbyte[] withOne = [.. queries];
                withOne[at] = sbyte.MinValue;
                Compare(kernels, withOne, rows, length);
            }
        }
    }

    private static void Compare(VectorKernels kernels, sbyte[] queries, sbyte[] rows, int length)
    {
        int count = rows.Length / length;
        string what = $"{kernels.Name}, {count} rows of {length}";
        int[] expected = new int[VectorKernels.TileQueries * count];
        int[] actual = new int[VectorKernels.TileQueries * count];
        KernelCases.Law.DotTile(queries, rows, expected);
        kernels.DotTile(queries, rows, actual);
        KernelCases.AssertEqual<int>(expected, actual, "DotTile " + what);

        ReadOnlySpan<sbyte> query = queries.AsSpan(0, length);
        Span<int> scores = actual.AsSpan(0, count);
        kernels.Dot(query, rows, scores);
        KernelCases.AssertEqual<int>(expected.AsSpan(0, count), scores, "Dot " + what);
        kernels.Dot(query, rows, [.. Enumerable.Range(0, count)], scores);
        KernelCases.AssertEqual<int>(expected.AsSpan(0, count), scores, "Dot by ordinal " + what);
    }
}
