namespace EdgeSim.Index.Payloads;

/// <summary>Bounds of doubles, each inclusive or not. NaN is within none.</summary>
internal readonly record struct NumberBounds(double Low, bool IsLowOpen, double High, bool IsHighOpen)
{
    /// <summary>What four optional bounds leave.</summary>
    public static NumberBounds Of(double? gt, double? gte, double? lt, double? lte)
    {
        double low = Math.Max(gt ?? double.NegativeInfinity, gte ?? double.NegativeInfinity);
        double high = Math.Min(lt ?? double.PositiveInfinity, lte ?? double.PositiveInfinity);
        return new NumberBounds(low, gt >= low, high, lt <= high);
    }

    public bool Contains(double value)
        => (IsLowOpen ? value > Low : value >= Low) && (IsHighOpen ? value < High : value <= High);
}
