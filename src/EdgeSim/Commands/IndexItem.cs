namespace EdgeSim.Commands;

/// <summary>Something of a folder that becomes one point.</summary>
/// <param name="Key">From the absolute path of the file.</param>
/// <param name="Payload">What is stored with it, and tells whether it has changed.</param>
/// <param name="Text">The text that is encoded, or null when the file is.</param>
/// <param name="CaptionRefused">
/// A caption file that cannot be read; the picture counts without its caption.
/// </param>
public sealed record IndexItem(ulong Key, ItemPayload Payload, string? Text, RefusedFile? CaptionRefused)
{
    /// <summary>The file, absolute.</summary>
    public string File => Payload.File;
}
