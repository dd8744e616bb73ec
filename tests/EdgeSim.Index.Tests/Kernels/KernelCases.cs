using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>The grid on which every class of kernels is compared with the law.</summary>
internal static class KernelCases
{
    /// <summary>Every class that this processor and build can run.</summary>
    public static TheoryData<string> Names => new(VectorKernels.Available.Select(kernels => kernels.Name));

    public static ScalarKernels Law { get; } = new();

    /// <summary>
    /// Every length to 520, then those of common encoders and the largest; fewer under emulation.
    /// </summary>
    public static IEnumerable<int> Lengths
    {
        get
        {
            IEnumerable<int> small = Emulation.IsOn
                ? Enumerable.Range(
                    1, 130).Concat([191, 192, 193, 255, 256, 257, 383, 384, 385, 511, 512, 513, 520])
                : Enumerable.Range(1, 520);
            return small.Concat([768, 1024, 1280, 1536, 4095, 4096]);
        }
    }

    /// <summary>Every row count that any unrolling treats differently.</summary>
    public static IEnumerable<int> RowCounts => Enumerable.Range(0, 71);

    /// <summary>Fills that make every accumulator as large as it can get, or hide a sign error.</summary>
    public static IReadOnlyList<sbyte> Extremes { get; } = [-128, -127, -1, 0, 1, 127];

    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"{what}, element {i}: the law gives {expected[i]:R}, this class {actual[i]:R}.");
        }
    }

    public static void AssertEqual<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, string what)
        where T : IEquatable<T>
    {
        int common = expected.CommonPrefixLength(actual);
        Assert.True(
            common == expected.Length && common == actual.Length,
            $"{what}, element {common}: the law gives {(
                common < expected.Length ? expected[common] : default)}, "
            + $"this class {(common < actual.Length ? actual[common] : default)}.");
    }
}
