using System.Runtime.InteropServices;

namespace EdgeSim.Index.Payloads;

/// <summary>A text, word or boolean of an index, and its rows (FORMAT.md, PayloadIndexTerm).</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct PayloadIndexTerm
{
    /// <summary>Where its bytes start.</summary>
    [FieldOffset(0)]
    public long BytesOffset;

    /// <summary>How many they are.</summary>
    [FieldOffset(8)]
    public int Bytes;

    /// <summary>Zero.</summary>
    [FieldOffset(12)]
    public uint Reserved;

    /// <summary>The rows that hold it.</summary>
    [FieldOffset(16)]
    public RowSet Rows;
}
