namespace EdgeSim.Index.Payloads;

/// <summary>
/// A payload, or a path into one, that cannot be taken: no MessagePack map, too large, too deep, a key twice.
/// Nothing has happened; the message says where and is safe to show to a user.
/// </summary>
public sealed class PayloadException : ArgumentException
{
    internal PayloadException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
