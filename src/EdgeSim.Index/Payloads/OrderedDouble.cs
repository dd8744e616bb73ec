namespace EdgeSim.Index.Payloads;

/// <summary>Doubles as integers of the same order: of negative ones all bits but the sign turn.</summary>
internal static class OrderedDouble
{
    /// <summary>The two zeros become one.</summary>
    public static long Encode(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value == 0 ? 0.0 : value);
        return bits < 0 ? bits ^ long.MaxValue : bits;
    }

    public static double Decode(long ordered)
        => BitConverter.Int64BitsToDouble(ordered < 0 ? ordered ^ long.MaxValue : ordered);
}
