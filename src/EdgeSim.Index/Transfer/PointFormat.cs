namespace EdgeSim.Index.Transfer;

/// <summary>A file format of points or of vectors.</summary>
public enum PointFormat
{
    /// <summary>
    /// NumPy's array file: a two-dimensional array of float16, float32, float64, int8 or uint8.
    /// </summary>
    Npy,

    /// <summary>Rows and columns as uint32, then float32 (the big-ann-benchmarks' format).</summary>
    Fbin,

    /// <summary>The same of int8.</summary>
    I8bin,

    /// <summary>The same of uint8.</summary>
    U8bin,

    /// <summary>For each vector its dimension as int32, then float32 (the TEXMEX format).</summary>
    Fvecs,

    /// <summary>The same of uint8.</summary>
    Bvecs,

    /// <summary>
    /// A JSON object a line: <c>{"id": 1, "vector": [0.1], "payload": {}}</c>, Qdrant's points.
    /// </summary>
    JsonLines,

    /// <summary>The same objects as MessagePack maps, one after the other.</summary>
    MessagePack,
}
