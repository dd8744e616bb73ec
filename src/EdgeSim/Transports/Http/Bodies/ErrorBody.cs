namespace EdgeSim.Transports.Http.Bodies;

/// <summary>Every reply that is not a success.</summary>
/// <param name="Error">What, actual, allowed, what to do.</param>
public sealed record ErrorBody(int Status, string Error);
