namespace EdgeSim.Index.Payloads;

/// <summary>A scalar, or the header of a map or an array.</summary>
internal readonly ref struct PayloadToken
{
    /// <summary>What it is.</summary>
    public PayloadKind Kind { get; init; }

    /// <summary>
    /// The integer; 1 for true; ticks of a timestamp (100 ns since the year 1, UTC); values of an array,
    /// pairs of a map.
    /// </summary>
    public long Number { get; init; }

    /// <summary>Whether the integer is above 2^63 - 1; its bits are in Number then.</summary>
    public bool IsHuge { get; init; }

    /// <summary>The float.</summary>
    public double Float { get; init; }

    /// <summary>Bytes of a text (UTF-8) or of binary data.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>Values of an array, pairs of a map.</summary>
    public int Count => (int)Number;

    /// <summary>Whether it is a number, integer or float.</summary>
    public bool IsNumber => Kind is PayloadKind.Integer or PayloadKind.Float;

    /// <summary>The number as a double; integers are rounded.</summary>
    public double AsDouble
        => Kind == PayloadKind.Float ? Float : IsHuge ? (ulong)Number : Number;
}
