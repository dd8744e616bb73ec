namespace EdgeSim.Encoders;

/// <summary>How the int8 ranges were found.</summary>
/// <param name="File">The committed ranges, e.g. <c>calibration.json</c>, beside the manifest.</param>
/// <param name="Method">e.g. <c>static QDQ, min/max</c>.</param>
/// <param name="Data">What was run through the float graph, in words.</param>
/// <param name="Inputs">How many inputs that was.</param>
public sealed record ModelCalibration(string File, string Method, string Data, int Inputs);
