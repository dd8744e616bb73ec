namespace EdgeSim.Commands;

/// <summary>Something of a folder that becomes one point.</summary>
/// <param name="Key">From the path below the folder.</param>
/// <param name="Payload">What is stored with it, and tells whether it has changed.</param>
/// <param name="File">The file that is encoded, or null when <paramref name="Text"/> is.</param>
/// <param name="Text">The text that is encoded, or null.</param>
public sealed record IndexItem(ulong Key, ItemPayload Payload, string? File, string? Text);
