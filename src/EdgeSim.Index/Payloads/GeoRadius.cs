namespace EdgeSim.Index.Payloads;

/// <summary>
/// A place, <c>{"lat": 52.5, "lon": 13.4}</c>, lies within this distance on a sphere of 6,371,008.8 m.
/// </summary>
/// <param name="Path">Where.</param>
/// <param name="Center">From here.</param>
/// <param name="Meters">To here, inclusive.</param>
public sealed record GeoRadius(string Path, GeoPoint Center, double Meters) : Condition;
