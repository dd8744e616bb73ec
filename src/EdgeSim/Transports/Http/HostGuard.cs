using System.Net;

namespace EdgeSim.Transports.Http;

/// <summary>
/// Answers only to the names of this machine's loopback. A web page may give its own name the address
/// 127.0.0.1 (DNS rebinding) and then read a service without a key through its visitor's browser; the Host
/// header still has that name. With <c>--insecure</c> every machine may ask, so every name is taken.
/// </summary>
public static class HostGuard
{
    /// <summary>
    /// Whether a request for this host is for a service on loopback. The port does not matter, so that
    /// forwarded ones work; no header at all is not from a browser.
    /// </summary>
    public static bool IsLoopback(HostString host)
    {
        string name = host.Host;
        return name.Length == 0
            || name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    public static ErrorBody Refusal(HostString host) => new(
        StatusCodes.Status421MisdirectedRequest,
        $"Host is '{host.Host}'; this service answers to localhost and loopback addresses only, because it "
        + "has no key. A proxy before it must send such a Host. --insecure takes every name.");
}
