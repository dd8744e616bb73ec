using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>Encoding of product codes and the choice of rows after a scan, against the law.</summary>
public sealed class CodesKernelTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void CodebookDots_AnyShape_EqualTheLaw(string name)
    {
        var random = new SplitMix64(61);
        foreach ((int length, int subspaces) in new[]
            { (1, 1), (2, 1), (5, 5), (7, 3), (33, 8), (100, 50), (384, 48), (260, 256), (4096, 256) })
        {
            foreach (int centroids in new[] { 16, 256 })
            {
                float[] row = random.Vector(length);
                float[] tiles = random.Vector(length * centroids);
                float[] initials = random.Vector(subspaces * centroids);
                float[] expected = new float[initials.Length];
                float[] actual = new float[initials.Length];
                KernelCases.Law.CodebookDots(row, subspaces, centroids, tiles, initials, expected);
                VectorKernels.Select(name).CodebookDots(row, subspaces, centroids, tiles, initials, actual);
                KernelCases.AssertSameBits(expected, actual, $"{name}, {length} in {subspaces}");
                KernelCases.Law.CodebookDots(row, subspaces, centroids, tiles, default, expected);
                VectorKernels.Select(name).CodebookDots(row, subspaces, centroids, tiles, default, actual);
                KernelCases.AssertSameBits(expected, actual, $"{name}, {length} in {subspaces}, from 0");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void ImproveCodes_AnyTables_EqualTheLaw(string name)
    {
        var random = new SplitMix64(62);
        for (int trial = 0; trial < 400; trial++)
        {
            int centroids = trial % 2 == 0 ? 16 : 256;
            int subspaces = 1 + random.Below(40);

            // Few different values: many are equal.
            float[] distances = Few(random.Vector(subspaces * centroids), trial % 3 == 0);
            float[] alongs = trial % 5 == 0 ? [] : Few(random.Vector(subspaces * centroids), trial % 3 == 0);
            byte[] expected = new byte[subspaces];
            random.Fill(expected);
            expected = Array.ConvertAll(expected, code => (byte)(code & (centroids - 1)));
            byte[] actual = [.. expected];
            float expectedAlong = random.Signed();
            float actualAlong = expectedAlong;
            for (int pass = 0; pass < 3; pass++)
            {
                int changes = KernelCases.Law.ImproveCodes(
                    distances, alongs, trial % 7, expected, ref expectedAlong);
                Assert.Equal(
                    changes,
                    VectorKernels.Select(name).ImproveCodes(
                        distances, alongs, trial % 7, actual, ref actualAlong));
                Assert.Equal(expected, actual);
                Assert.Equal(expectedAlong, actualAlong);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void AtLeast_EveryRowCount_EqualsTheLaw(string name)
    {
        var random = new SplitMix64(63);
        foreach (int count in KernelCases.RowCounts)
        {
            ushort[] sums = new ushort[count];
            random.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(sums.AsSpan()));
            float[] offsets = count % 3 == 0 ? [] : random.Vector(count);
            foreach (float least in new[] { float.NegativeInfinity, 0f, 0.5f, 3f, float.PositiveInfinity })
            {
                int[] expected = new int[count];
                int[] actual = new int[count];
                int found = KernelCases.Law.AtLeast(sums, offsets, 1f / 65536, least, expected);
                Assert.Equal(
                    found, VectorKernels.Select(name).AtLeast(sums, offsets, 1f / 65536, least, actual));
                Assert.Equal(expected, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void WithinBound_EveryRowCount_EqualsTheLaw(string name)
    {
        var random = new SplitMix64(64);
        foreach (int count in KernelCases.RowCounts)
        {
            int[] sums = Array.ConvertAll(random.Vector(count), value => (int)(value * 100));
            float[] norms = Array.ConvertAll(random.Vector(count), Math.Abs);
            float[] reaches = Array.ConvertAll(norms, norm => norm * 1.25f);
            float[] ones = Array.ConvertAll(random.Vector(count), value => MathF.Round(value * 30));
            float[] centreDots = count % 3 == 0 ? [] : random.Vector(count);
            for (int trial = 0; trial < 6; trial++)
            {
                var bound = new BitBound(
                    random.Signed() / 100,
                    random.Signed() / 100,
                    random.Signed(),
                    random.Signed(),
                    trial % 2 * 0.5f,
                    0.3f,
                    0.2f,
                    1e-5f,
                    1e-6f);
                int[] expected = new int[count];
                int[] actual = new int[count];
                int found = KernelCases.Law.WithinBound(
                    sums, norms, reaches, ones, centreDots, bound, expected);
                Assert.Equal(
                    found,
                    VectorKernels.Select(name).WithinBound(
                        sums, norms, reaches, ones, centreDots, bound, actual));
                Assert.Equal(expected, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void BitPlanes_AnyValues_EqualTheLaw(string name)
    {
        var random = new SplitMix64(65);
        foreach (int length in new[] { 32, 64, 96, 512, 4096 })
        {
            float[] values = random.Vector(length);
            float[] dither = Array.ConvertAll(random.Vector(length), value => Math.Abs(value) / 3);
            byte[] expected = new byte[length / 2];
            byte[] actual = new byte[length / 2];
            float low = values.Min();
            float inverse = 15 / (values.Max() - low);
            KernelCases.Law.BitPlanes(values, low, inverse, dither, expected);
            VectorKernels.Select(name).BitPlanes(values, low, inverse, dither, actual);
            KernelCases.AssertEqual<byte>(expected, actual, $"{name}, {length}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Lengths_ThatDoNotFit_AreRefused(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        float along = 0;
        Assert.Throws<ArgumentException>(
            () => kernels.CodebookDots(new float[4], 5, 16, new float[64], default, new float[80]));
        Assert.Throws<ArgumentException>(
            () => kernels.CodebookDots(new float[4], 2, 17, new float[68], default, new float[34]));
        Assert.Throws<ArgumentException>(
            () => kernels.CodebookDots(new float[4], 2, 16, new float[63], default, new float[32]));
        Assert.Throws<ArgumentException>(
            () => kernels.CodebookDots(new float[4], 2, 16, new float[64], new float[31], new float[32]));
        Assert.Throws<ArgumentException>(
            () => kernels.ImproveCodes(new float[32], new float[31], 1, new byte[2], ref along));
        Assert.Throws<ArgumentException>(
            () => kernels.ImproveCodes(new float[16], default, 1, [16], ref along));
        Assert.Throws<ArgumentException>(
            () => kernels.AtLeast(new ushort[3], new float[2], 1, 1, new int[3]));
        Assert.Throws<ArgumentException>(() => kernels.AtLeast(new ushort[3], default, 1, 1, new int[2]));
        Assert.Throws<ArgumentException>(
            () => kernels.BitPlanes(new float[33], 0, 1, new float[33], new byte[16]));
        Assert.Throws<ArgumentException>(
            () => kernels.WithinBound(
                new int[2], new float[2], new float[1], new float[2], default, default, new int[2]));
    }

    private static float[] Few(float[] values, bool few)
        => few ? Array.ConvertAll(values, value => MathF.Round(value)) : values;
}
