namespace EdgeSim.Index.Payloads;

/// <summary>
/// A place lies within these parallels and meridians, borders included. A left border east of the right one
/// means across the 180th meridian.
/// </summary>
/// <param name="Path">Where.</param>
/// <param name="TopLeft">North-west corner.</param>
/// <param name="BottomRight">South-east corner.</param>
public sealed record GeoBox(string Path, GeoPoint TopLeft, GeoPoint BottomRight) : Condition;
