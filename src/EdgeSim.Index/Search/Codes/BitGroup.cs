using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Codes;

/// <summary>One-bit codes of a group of vectors, as they lie in the section.</summary>
internal ref struct BitGroup
{
    /// <summary>[count] distances from the centroid.</summary>
    internal ReadOnlySpan<float> Norms;

    /// <summary>[count], see <see cref="RaBitRow.Reach"/>.</summary>
    internal ReadOnlySpan<float> Reaches;

    /// <summary>[count] numbers of ones.</summary>
    internal ReadOnlySpan<float> Ones;

    /// <summary>[count], or empty.</summary>
    internal ReadOnlySpan<float> CentreDots;

    /// <summary>[count x row bytes].</summary>
    internal ReadOnlySpan<byte> Bits;

    /// <summary>The numbers of a vector.</summary>
    internal readonly RaBitRow Row(int place)
        => new(
            Norms[place],
            Reaches[place],
            CentreDots.IsEmpty ? 0f : CentreDots[place],
            (int)Ones[place]);
}
