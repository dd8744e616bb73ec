namespace EdgeSim.Engine.Requests;

/// <summary>
/// What a transport or command asks of the engine. One hierarchy, so that all of them share one path.
/// </summary>
public abstract record Request;
