namespace EdgeSim.Index.Transfer;

/// <summary>How a file stores a component.</summary>
internal enum VectorElement
{
    /// <summary>float32, little-endian.</summary>
    Float32,

    /// <summary>float64, little-endian; rounded to float32 when it is read.</summary>
    Float64,

    /// <summary>A signed byte.</summary>
    Int8,

    /// <summary>An unsigned byte.</summary>
    UInt8,
}
