namespace EdgeSim.Index.Transfer;

/// <summary>What stands beside a file of vectors, which has neither keys nor payloads.</summary>
public readonly record struct PointReaderOptions()
{
    /// <summary>
    /// Keys: a one-dimensional <c>.npy</c> of integers, or a text of a number or a UUID a line; null: the
    /// rows' numbers from <see cref="FirstKey"/> on.
    /// </summary>
    public string? IdsPath { get; init; }

    /// <summary>Payloads: a JSON object a line, or an empty line for none; null: no payloads.</summary>
    public string? PayloadsPath { get; init; }

    /// <summary>Key of the first row where there is no file of keys.</summary>
    public ulong FirstKey { get; init; }

    /// <summary>Which vector of the collection the vectors are; null: its first.</summary>
    public string? Vector { get; init; }
}
