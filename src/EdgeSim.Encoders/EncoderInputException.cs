namespace EdgeSim.Encoders;

/// <summary>
/// An input that cannot be encoded: what it is, what is allowed, what to do. Safe to show to a user.
/// </summary>
public sealed class EncoderInputException(string message, int inputIndex = 0, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>0-based position of the refused input in the batch.</summary>
    public int InputIndex { get; } = inputIndex;
}
