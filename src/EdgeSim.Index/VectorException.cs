namespace EdgeSim.Index;

/// <summary>
/// A vector from outside that cannot be stored or compared: wrong dimension, a component that is not finite
/// or too large, a zero vector for cosine. Nothing has happened; the message is safe to show to a user.
/// </summary>
public sealed class VectorException : ArgumentException
{
    internal VectorException(string message)
        : base(message)
    {
    }
}
