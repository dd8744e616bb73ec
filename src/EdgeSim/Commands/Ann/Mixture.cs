using EdgeSim.Index;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// A made-up set that is shaped like sentence embeddings: many overlapping clouds on a surface of few
/// dimensions within a space of many. The same bytes for a seed on every machine: random numbers are sums of
/// integers, products come from kernels that return the same bits everywhere, and no function of the system's
/// mathematics library is called.
/// </summary>
/// <remarks>
/// A row is B (c + <see cref="Spread"/> z) + <see cref="Noise"/> n. B [384 x <see cref="Latent"/>] and the
/// <see cref="Clouds"/> centres c [<see cref="Latent"/>] are drawn once, z [<see cref="Latent"/>] and n [384]
/// for each row, all of them normal with variance 1. A cloud is as likely as every other. Rows are not
/// normalised; the metric is the angle. Of a million rows, the neighbours of a query lie as they would in 18
/// dimensions (<see cref="IntrinsicDimension"/>); of fewer, as in fewer. Queries are further rows of their
/// own generator, so they are the same whatever number of rows the base has.
/// </remarks>
internal sealed class Mixture
{
    internal const int Dimension = 384;

    /// <summary>Dimensions of the surface.</summary>
    internal const int Latent = 32;

    /// <summary>Clouds; a thousand rows of a million are in each.</summary>
    internal const int Clouds = 1000;

    /// <summary>Standard deviation of a cloud; its centre lies some sqrt(32) from the origin.</summary>
    internal const float Spread = 0.6f;

    /// <summary>Standard deviation off the surface, in each of the 384 components.</summary>
    internal const float Noise = 1f;

    private readonly float[] _basis = new float[Dimension * Latent];
    private readonly float[] _centres = new float[Clouds * Latent];
    private readonly float[] _place = new float[Latent];
    private readonly ulong _seed;
    private SplitMix64 _random;

    internal Mixture(ulong seed)
    {
        _seed = seed;
        _random = new SplitMix64(seed);
        FillNormal(_basis);
        FillNormal(_centres);
        StartBase();
    }

    /// <summary>The next row is the first of the base.</summary>
    internal void StartBase() => _random = new SplitMix64(_seed + 1);

    /// <summary>The next row is the first query.</summary>
    internal void StartQueries() => _random = new SplitMix64(_seed + 2);

    /// <summary>Draws the next row. O(384 x <see cref="Latent"/>).</summary>
    internal void Next(Span<float> row)
    {
        ReadOnlySpan<float> centre = _centres.AsSpan(_random.Below(Clouds) * Latent, Latent);
        for (int i = 0; i < Latent; i++)
        {
            _place[i] = centre[i] + (Spread * Normal());
        }

        VectorKernels.Best.Dot(_place, _basis, row);
        foreach (ref float component in row)
        {
            component += Noise * Normal();
        }
    }

    private void FillNormal(Span<float> values)
    {
        foreach (ref float value in values)
        {
            value = Normal();
        }
    }

    /// <summary>
    /// Nearly normal, variance 1: twelve uniform numbers of 16 bits added, less their mean. Never beyond 6.
    /// </summary>
    private float Normal()
    {
        const int Parts = 12;
        const int Mean = Parts * 0xFFFF / 2;
        int sum = 0;
        for (int draw = 0; draw < Parts / 4; draw++)
        {
            ulong bits = _random.Next();
            sum += (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF)
                + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
        }

        return (sum - Mean) * (1f / 0x10000);
    }
}
