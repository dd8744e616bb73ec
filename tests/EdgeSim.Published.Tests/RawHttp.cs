using System.Net.Sockets;
using System.Text;

namespace EdgeSim.Published.Tests;

/// <summary>
/// A connection on which a test sends exactly the bytes it wants: half requests, wrong ones, none at all.
/// </summary>
internal sealed class RawHttp : IDisposable
{
    private readonly TcpClient client;

    public RawHttp(Service service)
    {
        Uri address = service.Client.BaseAddress!;
        client = new TcpClient(address.Host, address.Port) { ReceiveTimeout = 60_000 };
    }

    /// <summary>Opens a connection and sends a request's beginning on it.</summary>
    public static RawHttp Send(Service service, string text)
    {
        var raw = new RawHttp(service);
        raw.Send(text);
        return raw;
    }

    public void Send(string text) =>
        client.GetStream().Write(Encoding.ASCII.GetBytes(text.Replace("\n", "\r\n")));

    /// <summary>Everything until the service closes, or until <paramref name="enough"/> has come.</summary>
    public string Read(string? enough = null)
    {
        var text = new StringBuilder();
        var block = new byte[4096];
        while (enough is null || !text.ToString().Contains(enough, StringComparison.Ordinal))
        {
            int count;
            try
            {
                count = client.GetStream().Read(block);
            }
            catch (IOException e) when (
                e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
            {
                text.Append("(reset)");
                break;
            }

            if (count == 0)
            {
                break;
            }

            text.Append(Encoding.UTF8.GetString(block, 0, count));
        }

        return text.ToString();
    }

    public void Dispose() => client.Dispose();
}
