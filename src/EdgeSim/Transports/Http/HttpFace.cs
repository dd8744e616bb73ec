using System.Buffers;
using System.Diagnostics;
using EdgeSim.Engine;
using Microsoft.AspNetCore.Connections;

namespace EdgeSim.Transports.Http;

/// <summary>
/// The HTTP face: turns a body into a <see cref="Request"/>, enqueues it and writes the reply. Holds no logic
/// of its own.
/// </summary>
public sealed class HttpFace(WorkQueue queue, ConnectionGate connections, ILogger<HttpFace> logger)
{
    /// <summary>HEAD is GET without the body, which the server leaves out.</summary>
    private static readonly string[] Reading = ["GET", "HEAD"];

    private readonly BodyReader bodies = new(TimeSpan.FromSeconds(Limits.RequestBodySeconds));

    private readonly Lock decoding = new();

    /// <summary>What a resource makes of a request; the bytes are empty where it takes no body.</summary>
    private delegate Request Understand(HttpContext context, ReadOnlySequence<byte> body);

    /// <summary>Registers the routes, each an explicit line.</summary>
    /// <param name="anyHost">Whether requests for any host name are answered, not only for loopback.</param>
    public void Map(WebApplication app, bool anyHost)
    {
        if (!anyHost)
        {
            app.Use((context, next) => HostGuard.IsLoopback(context.Request.Host)
                ? next(context)
                : HttpReplies.WriteError(context, HostGuard.Refusal(context.Request.Host)));
        }

        app.Use(Explain);
        app.MapMethods("/healthz", Reading, Health);
        app.MapMethods("/livez", Reading, Health);
        app.MapMethods("/readyz", Reading, Health);
        app.MapMethods(
            "/edgesim/v1/collections", Reading, context => Serve(context, HttpRequests.List));
        app.MapMethods(
            "/edgesim/v1/collections/{name}", Reading, context => Serve(context, HttpRequests.Describe));
        app.MapPost(
            "/edgesim/v1/encode", context => ServeBody(context, HttpRequests.Encode, pictures: true));
        app.MapPut(
            "/edgesim/v1/collections/{name}/points",
            context => ServeBody(context, HttpRequests.Add, pictures: false));
        app.MapPost(
            "/edgesim/v1/collections/{name}/search",
            context => ServeBody(context, HttpRequests.Search, pictures: true));
    }

    /// <summary>Gives the refusals of the router, which have a status only, a body that says why.</summary>
    private static async Task Explain(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted)
        {
            return;
        }

        HttpRequest request = context.Request;
        string? error = context.Response.StatusCode switch
        {
            404 => $"No resource {request.Path}; see README, 'HTTP'.",
            405 => $"{request.Method} is not for {request.Path}; {context.Response.Headers.Allow} is.",
            _ => null,
        };
        if (error is not null)
        {
            await HttpReplies.WriteError(context, new ErrorBody(context.Response.StatusCode, error));
        }
    }

    private Task Health(HttpContext context) => HttpReplies.Write(
        context,
        200,
        new HealthBody(
            "ok",
            BuildInfo.Version,
            queue.Waiting,
            queue.Refused,
            bodies.BytesHeld,
            bodies.Refused,
            connections.Open,
            connections.Refused),
        JsonFormats.Default.HealthBody);

    private Task Serve(HttpContext context, Understand understand) =>
        Guard(context, () => Answer(context, understand(context, ReadOnlySequence<byte>.Empty)));

    private Task ServeBody(
        HttpContext context, Understand understand, bool pictures) => Guard(context, async () =>
    {
        HttpRequests.RequireMediaType(context, pictures);

        // Reserved until the reply is out: what is decoded from the body lives as long as the request.
        using RequestBody body = await bodies.ReadAsync(context);
        await Answer(context, Decode(context, body, understand));
    });

    /// <summary>
    /// One at a time: only one body is there twice, as bytes and as what they mean (see
    /// <see cref="Limits.RequestMemoryBytes"/>).
    /// </summary>
    private Request Decode(HttpContext context, RequestBody body, Understand understand)
    {
        lock (decoding)
        {
            Request request = understand(context, body.Bytes);
            body.DropBytes();
            return request;
        }
    }

    private async Task Answer(HttpContext context, Request request)
    {
        if (!queue.TryEnqueue(request, context.RequestAborted, out Task<Reply> reply))
        {
            throw new UserException(
                ExitCode.Busy,
                $"{Limits.QueueItemsMax} requests wait already, which is the limit. "
                + $"Try again in {Limits.RetryAfterSeconds} s.");
        }

        await HttpReplies.WriteReply(context, await reply);
    }

    /// <summary>Every failure becomes a status and a message; every request a log line.</summary>
    private async Task Guard(HttpContext context, Func<Task> serve)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            await serve();
        }
        catch (Exception e) when (
            e is ConnectionResetException
            || (e is OperationCanceledException or IOException
                && context.RequestAborted.IsCancellationRequested))
        {
            // The client has left; there is nobody to tell.
            context.Abort();
        }
        catch (Exception e) when (HttpErrors.Describe(e) is { } error)
        {
            await HttpReplies.WriteError(context, error);
        }
        // The other loop that catches all: a defect becomes a 500 and a log line, the service lives on.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            HttpLog.Defect(logger, e, context.Request.Method, context.Request.Path);
            await HttpReplies.WriteError(
                context,
                new ErrorBody(500, "A defect of EdgeSim; the log has the details. Please report it."));
        }

        HttpLog.Answered(
            logger,
            context.Request.Method,
            context.Request.Path,
            context.Response.StatusCode,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
