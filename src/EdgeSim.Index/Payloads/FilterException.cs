namespace EdgeSim.Index.Payloads;

/// <summary>
/// A filter that cannot be evaluated: too large or too deep, a bound that is no number, no place on Earth.
/// The message is safe to show to a user.
/// </summary>
public sealed class FilterException : ArgumentException
{
    internal FilterException(string message)
        : base(message)
    {
    }
}
