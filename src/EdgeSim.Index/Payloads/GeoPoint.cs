namespace EdgeSim.Index.Payloads;

/// <summary>A place on Earth, in degrees.</summary>
/// <param name="Latitude">-90 to 90.</param>
/// <param name="Longitude">-180 to 180.</param>
public readonly record struct GeoPoint(double Latitude, double Longitude);
