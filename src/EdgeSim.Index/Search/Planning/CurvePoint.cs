using System.Runtime.InteropServices;

namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// One measurement of recall against effort, 40 bytes in the file; FORMAT.md has the same table and a test
/// compares them. The counts are means of one query; they are stored and not the time, so that what is
/// written follows from the rows, and the file may move to a slower board.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct CurvePoint
{
    internal const int SizeBytes = 40;

    /// <summary>A <see cref="SearchStrategy"/>.</summary>
    [FieldOffset(0)]
    internal uint Strategy;

    /// <summary>Matches that were asked for.</summary>
    [FieldOffset(4)]
    internal uint K;

    /// <summary>Lists probed, or rows kept.</summary>
    [FieldOffset(8)]
    internal uint Breadth;

    /// <summary>Rows compared after their compressed codes; 0: as the strategy finds right.</summary>
    [FieldOffset(12)]
    internal uint Rescored;

    /// <summary>Share of the true matches that were found.</summary>
    [FieldOffset(16)]
    internal float Recall;

    /// <summary>Rows whose codes were compared.</summary>
    [FieldOffset(20)]
    internal float Compared;

    /// <summary>Rows whose compressed codes were looked up.</summary>
    [FieldOffset(24)]
    internal float Estimated;

    /// <summary>Lists whose rows were looked at.</summary>
    [FieldOffset(28)]
    internal float Lists;

    /// <summary>Rows whose links were followed.</summary>
    [FieldOffset(32)]
    internal float Expanded;

    /// <summary>Rows measured with the float query.</summary>
    [FieldOffset(36)]
    internal float Measured;

    internal readonly SearchEffort Effort
        => new((SearchStrategy)Strategy, (int)Breadth, (int)Rescored);
}
