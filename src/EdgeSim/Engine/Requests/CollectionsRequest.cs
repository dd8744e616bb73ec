namespace EdgeSim.Engine.Requests;

/// <summary>What collections there are, or one of them.</summary>
/// <param name="Collection">A name, or null for all.</param>
public sealed record CollectionsRequest(string? Collection) : Request;
