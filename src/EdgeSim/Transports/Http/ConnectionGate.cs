using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;

namespace EdgeSim.Transports.Http;

/// <summary>
/// Counts connections, and answers the ones beyond the limit instead of cutting them off: a client learns
/// that it should try again, and not that the service is gone. Thread-safe.
/// </summary>
/// <param name="connectionsMax">Connections that are served at the same time.</param>
public sealed class ConnectionGate(int connectionsMax)
{
    private int open;
    private long refused;

    /// <summary>Connections that were refused since start.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Connections that are served now.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>The gate before what serves a connection.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref open) <= connectionsMax)
            {
                await next(connection);
                return;
            }
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }

        Interlocked.Increment(ref refused);
        await Refuse(connection);
    };

    private async Task Refuse(ConnectionContext connection)
    {
        using var patience = new CancellationTokenSource(
            TimeSpan.FromSeconds(Limits.RefusedConnectionSeconds));
        try
        {
            // Closing with unread bytes makes the system cut off the reply, so the request's begin is taken.
            System.IO.Pipelines.ReadResult read = await connection.Transport.Input.ReadAsync(patience.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            await connection.Transport.Output.WriteAsync(Reply(), patience.Token);
            await connection.Transport.Output.CompleteAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Said nothing or has left.
            connection.Abort();
        }
    }

    private byte[] Reply()
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new ErrorBody(
                StatusCodes.Status503ServiceUnavailable,
                $"{connectionsMax} connections are open, which is the limit; idle ones are closed after "
                + $"{Limits.KeepAliveSeconds} s. Try again in {Limits.RetryAfterSeconds} s."),
            JsonFormats.Default.ErrorBody);
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
            + $"Content-Length: {body.Length}\r\nRetry-After: {Limits.RetryAfterSeconds}\r\n"
            + $"Connection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
