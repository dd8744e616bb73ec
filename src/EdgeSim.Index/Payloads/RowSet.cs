using System.Runtime.InteropServices;

namespace EdgeSim.Index.Payloads;

/// <summary>Rows in a section of payload indexes: how they are written, how many, and where.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal readonly record struct RowSet(uint Encoding, int Count, long Offset)
{
    /// <summary>Encoding: the rows, ascending.</summary>
    public const uint List = 0;

    /// <summary>Encoding: a bit for every row.</summary>
    public const uint Bitmap = 1;

    /// <summary>Encoding: the rows that are not in it, ascending.</summary>
    public const uint Complement = 2;
}
