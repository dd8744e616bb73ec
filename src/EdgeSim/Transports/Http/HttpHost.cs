using System.Net;
using System.Net.Sockets;
using EdgeSim.Engine;
using EdgeSim.Index.Kernels;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeSim.Transports.Http;

/// <summary>Starts and stops the HTTP server around the engine: visible order, bounded limits.</summary>
public static class HttpHost
{
    /// <summary>Serves until SIGTERM or SIGINT, then finishes what was accepted.</summary>
    /// <param name="options">Where the data is.</param>
    /// <param name="endpoint">Address and port to listen on.</param>
    /// <param name="jsonLog">One JSON object a log line, for collectors; else text.</param>
    /// <param name="insecure">Whether other machines may ask, under any host name.</param>
    /// <exception cref="UserException">The address is in use or not ours.</exception>
    public static async Task RunAsync(
        ProgramOptions options, IPEndPoint endpoint, bool jsonLog, bool insecure)
    {
        using var engine = new SimilarityEngine(options);
        using var queue = new WorkQueue(engine);
        WebApplication app = Build(endpoint, jsonLog, queue);
        await using (app)
        {
            app.Services.GetRequiredService<HttpFace>().Map(app, anyHost: insecure);
            ILogger logger = app.Services.GetRequiredService<ILogger<HttpFace>>();
            try
            {
                await app.StartAsync();
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // In use; not an address of this machine; a port below 1024 without the right to it.
                throw new UserException(
                    ExitCode.Unavailable,
                    $"Cannot listen on {endpoint}: {e.Message.TrimEnd('.')}. "
                    + "Choose another with --listen ADDRESS:PORT.",
                    e);
            }

            HttpLog.Listening(
                logger,
                app.Urls.First(),
                options.DataFolder,
                VectorKernels.Best.Name,
                options.RamBytes >> 20);
            await app.WaitForShutdownAsync();
            HttpLog.Stopping(logger, queue.Waiting);
            queue.Stop();
            HttpLog.Stopped(logger);
        }
    }

    private static WebApplication Build(IPEndPoint endpoint, bool jsonLog, WorkQueue queue)
    {
        var connections = new ConnectionGate(Limits.ConnectionsMax);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // It logs a failing start with its stack trace; the message of ours says the same to a person.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (jsonLog)
        {
            builder.Logging.AddJsonConsole(json => json.UseUtcTimestamp = true);
        }
        else
        {
            builder.Logging.AddSimpleConsole(text =>
            {
                text.SingleLine = true;
                text.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                text.UseUtcTimestamp = true;
            });
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(connections.Before);
            });
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = Limits.ConnectionsAcceptedMax;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(Limits.KeepAliveSeconds);
            kestrel.Limits.MinRequestBodyDataRate = TransferRate();
            kestrel.Limits.MinResponseDataRate = TransferRate();
            kestrel.Limits.MaxRequestBodySize = Limits.RequestBytesMax;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(Limits.RequestHeadersSeconds);
        });
        builder.Services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromSeconds(Limits.ShutdownSeconds));
        builder.Services.AddSingleton(queue);
        builder.Services.AddSingleton(connections);
        builder.Services.AddSingleton<HttpFace>();
        return builder.Build();
    }

    private static MinDataRate TransferRate() => new(
        Limits.TransferBytesPerSecondMin, TimeSpan.FromSeconds(Limits.TransferGraceSeconds));
}
