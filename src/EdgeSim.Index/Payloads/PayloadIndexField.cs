namespace EdgeSim.Index.Payloads;

/// <summary>An index over one field of the payloads.</summary>
/// <param name="Path">As in conditions; conditions of exactly this path use it.</param>
/// <param name="Kind">Which values it holds. All kinds also answer empty, null and count.</param>
public readonly record struct PayloadIndexField(string Path, PayloadIndexKind Kind);
