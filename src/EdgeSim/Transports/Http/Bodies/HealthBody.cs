namespace EdgeSim.Transports.Http.Bodies;

/// <summary>GET /healthz.</summary>
/// <param name="Waiting">Requests in line now.</param>
/// <param name="Refused">Requests refused since start because the line was full.</param>
public sealed record HealthBody(string Status, string Version, int Waiting, long Refused);
