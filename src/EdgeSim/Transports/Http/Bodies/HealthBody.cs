namespace EdgeSim.Transports.Http.Bodies;

/// <summary>GET /healthz.</summary>
/// <param name="Waiting">Requests in line now.</param>
/// <param name="Refused">Requests refused since start because the line was full.</param>
/// <param name="BodyBytes">Bytes of bodies that requests in progress hold now.</param>
/// <param name="BodiesRefused">Bodies refused since start because others held the bytes.</param>
/// <param name="Connections">Open now, this one among them.</param>
/// <param name="ConnectionsRefused">Refused since start because too many were open.</param>
public sealed record HealthBody(
    string Status,
    string Version,
    int Waiting,
    long Refused,
    long BodyBytes,
    long BodiesRefused,
    int Connections,
    long ConnectionsRefused);
