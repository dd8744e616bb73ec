namespace EdgeSim.Index.Transfer;

/// <summary>What the components of a file of vectors are, little endian.</summary>
internal enum VectorElement
{
    Float32,
    Float64,
    Float16,
    Int8,
    UInt8,
}
