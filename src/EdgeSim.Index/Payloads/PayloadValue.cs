namespace EdgeSim.Index.Payloads;

/// <summary>What a match condition compares with: a text, an integer or a boolean.</summary>
public readonly record struct PayloadValue
{
    /// <summary>A text, compared byte by byte.</summary>
    public PayloadValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
    }

    /// <summary>An integer.</summary>
    public PayloadValue(long number) => Number = number;

    /// <summary>A boolean.</summary>
    public PayloadValue(bool flag) => Flag = flag;

    /// <summary>The text, or null.</summary>
    public string? Text { get; }

    /// <summary>The integer, or null.</summary>
    public long? Number { get; }

    /// <summary>The boolean, or null.</summary>
    public bool? Flag { get; }

    /// <summary>A text as a value.</summary>
    public static implicit operator PayloadValue(string text) => new(text);

    /// <summary>An integer as a value.</summary>
    public static implicit operator PayloadValue(long number) => new(number);

    /// <summary>A boolean as a value.</summary>
    public static implicit operator PayloadValue(bool flag) => new(flag);
}
