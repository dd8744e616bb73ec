using System.Text.Json.Serialization;

namespace EdgeSim.Transports.Http.Bodies;

/// <summary>Every reply that is not a success.</summary>
/// <param name="Error">What, actual, allowed, what to do.</param>
public sealed record ErrorBody(int Status, string Error)
{
    /// <summary>Whether the same request may succeed soon: the client is told when to come again.</summary>
    [JsonIgnore]
    public bool IsPassing { get; init; }
}
