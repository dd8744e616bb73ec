namespace EdgeSim.Engine.Replies;

/// <summary>What the engine answers. The same records are the JSON of HTTP and of <c>--json</c>.</summary>
public abstract record Reply;
