using System.Runtime.InteropServices;

namespace EdgeSim.Index.Payloads;

/// <summary>One index in the directory of a section (FORMAT.md, PayloadIndexEntry).</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct PayloadIndexEntry
{
    /// <summary>A <see cref="PayloadIndexKind"/>.</summary>
    [FieldOffset(0)]
    public int Kind;

    /// <summary>Bytes of the path.</summary>
    [FieldOffset(4)]
    public int PathBytes;

    /// <summary>Where the path starts, UTF-8.</summary>
    [FieldOffset(8)]
    public long PathOffset;

    /// <summary>Rows with at least one value.</summary>
    [FieldOffset(16)]
    public RowSet NonEmpty;

    /// <summary>Rows where the field is missing, null or [].</summary>
    [FieldOffset(32)]
    public RowSet HasZero;

    /// <summary>Rows where the field is one value, or an array of one.</summary>
    [FieldOffset(48)]
    public RowSet HasOne;

    /// <summary>Rows where the field is null.</summary>
    [FieldOffset(64)]
    public RowSet HasNull;

    /// <summary>Rows with a value, not null, that the index does not hold.</summary>
    [FieldOffset(80)]
    public RowSet Others;

    /// <summary>Of these, rows with a number.</summary>
    [FieldOffset(96)]
    public RowSet OtherNumbers;

    /// <summary>Rows with several values that the index holds.</summary>
    [FieldOffset(112)]
    public RowSet Several;

    /// <summary>Entries of the count table.</summary>
    [FieldOffset(128)]
    public int CountEntries;

    /// <summary>Entries of the term table.</summary>
    [FieldOffset(132)]
    public int TermCount;

    /// <summary>Where the count table starts.</summary>
    [FieldOffset(136)]
    public long CountsOffset;

    /// <summary>Where the term table starts.</summary>
    [FieldOffset(144)]
    public long TermsOffset;

    /// <summary>Entries of the value table.</summary>
    [FieldOffset(152)]
    public int ValueCount;

    /// <summary>Zero.</summary>
    [FieldOffset(156)]
    public uint Reserved;

    /// <summary>Where the values start.</summary>
    [FieldOffset(160)]
    public long ValuesOffset;

    /// <summary>Where their rows start.</summary>
    [FieldOffset(168)]
    public long RowsOffset;

    /// <summary>Where their places start; geo only.</summary>
    [FieldOffset(176)]
    public long PlacesOffset;

    /// <summary>Zero.</summary>
    [FieldOffset(184)]
    public long Reserved2;
}
