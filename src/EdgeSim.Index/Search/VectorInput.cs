namespace EdgeSim.Index.Search;

/// <summary>A vector of a query: given as such, or as the stored one of a point.</summary>
public readonly record struct VectorInput
{
    /// <summary>The stored vector of a point, which itself is then no match.</summary>
    public VectorInput(Key key) => Key = key;

    /// <summary>A vector; not copied until the search begins.</summary>
    public VectorInput(ReadOnlyMemory<float> values) => Values = values;

    /// <summary>The point, or null.</summary>
    public Key? Key { get; }

    /// <summary>[dimension]; empty where a point is named.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>A point as an input.</summary>
    public static implicit operator VectorInput(Key key) => new(key);

    /// <summary>A vector as an input.</summary>
    public static implicit operator VectorInput(float[] values) => new(values.AsMemory());
}
