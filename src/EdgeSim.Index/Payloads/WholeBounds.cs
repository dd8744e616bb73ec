namespace EdgeSim.Index.Payloads;

/// <summary>Bounds of whole numbers, both inclusive.</summary>
internal readonly record struct WholeBounds(long Low, long High)
{
    /// <summary>What four optional bounds leave. None of ours is at the ends of 64 bits.</summary>
    public static WholeBounds Of(long? gt, long? gte, long? lt, long? lte) => new(
        Math.Max(gt + 1 ?? long.MinValue, gte ?? long.MinValue),
        Math.Min(lt - 1 ?? long.MaxValue, lte ?? long.MaxValue));

    public bool Contains(long value) => value >= Low && value <= High;
}
