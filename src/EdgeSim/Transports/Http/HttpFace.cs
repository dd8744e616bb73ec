using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeSim.Engine;
using EdgeSim.Encoders;

namespace EdgeSim.Transports.Http;

/// <summary>
/// The HTTP face: turns a body into a <see cref="Request"/>, enqueues it and writes the reply. Holds no logic
/// of its own. Reserves a body's bytes before it reads them, and refuses with 503 what does not fit.
/// </summary>
public sealed class HttpFace(WorkQueue queue, ILogger<HttpFace> logger)
{
    private readonly ByteQuota bodies = new(Limits.RequestBytesInFlightMax);

    /// <summary>Registers the routes, each an explicit line.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/healthz", Health);
        app.MapGet("/livez", Health);
        app.MapGet("/readyz", Health);
        app.MapPost("/edgesim/v1/encode", context => Serve(context, Encode));
        app.MapGet(
            "/edgesim/v1/collections", context => Serve(context, _ => Ready(new CollectionsRequest(null))));
        app.MapGet(
            "/edgesim/v1/collections/{name}",
            context => Serve(context, c => Ready(new CollectionsRequest(Name(c)))));
        app.MapPut("/edgesim/v1/collections/{name}/points", context => Serve(context, Add));
        app.MapPost("/edgesim/v1/collections/{name}/search", context => Serve(context, Search));
        app.MapFallback(context => WriteError(
            context,
            new ErrorBody(
                404, $"No resource {context.Request.Method} {context.Request.Path}; see README, 'HTTP'.")));
    }

    private Task Health(HttpContext context) => Write(
        context,
        200,
        new HealthBody("ok", BuildInfo.Version, queue.Waiting, queue.Refused),
        JsonFormats.Default.HealthBody);

    private static async ValueTask<Request> Encode(HttpContext context)
    {
        if (IsPicture(context))
        {
            return new EncodeRequest(ModelOf(context), [EncoderInput.FromImage(await ReadBytes(context))]);
        }

        EncodeBody body = await Read(context, JsonFormats.Default.EncodeBody);
        bool texts = body.Texts is { Length: > 0 };
        bool images = body.Images is { Length: > 0 };
        if (texts == images)
        {
            throw new UserException(ExitCode.Usage, "Give either texts: [...] or images: [base64...].");
        }

        return new EncodeRequest(body.Model, texts
            ? [.. body.Texts!.Select(EncoderInput.FromText)]
            : [.. body.Images!.Select(image => EncoderInput.FromImage(image))]);
    }

    private static async ValueTask<Request> Add(HttpContext context)
    {
        PointsBody body = await Read(context, JsonFormats.Default.PointsBody);
        PointBody[] points = body.Points
            ?? throw new UserException(ExitCode.Usage, "points is missing: give an array of points.");
        return new AddRequest(Name(context), body.Model, [.. points.Select(ToPoint)]);
    }

    private static async ValueTask<Request> Search(HttpContext context)
    {
        if (IsPicture(context))
        {
            return new SearchRequest(
                Name(context), PointInput.FromImage(await ReadBytes(context)), KOf(context));
        }

        SearchBody body = await Read(context, JsonFormats.Default.SearchBody);
        return new SearchRequest(
            Name(context), OneOf(body.Vector, body.Text, body.Image, body.Key), body.K ?? Limits.KDefault);
    }

    private static NewPoint ToPoint(PointBody point)
    {
        if (point.Payload is { } json && json.ValueKind != JsonValueKind.Object)
        {
            throw new UserException(
                ExitCode.Usage, $"payload is a JSON {json.ValueKind}; it must be an object.");
        }

        byte[] payload = point.Payload is { } element
            ? JsonSerializer.SerializeToUtf8Bytes(element, JsonFormats.Default.JsonElement)
            : [];
        return new NewPoint(point.Key, OneOf(point.Vector, point.Text, point.Image, null), payload);
    }

    private static PointInput OneOf(float[]? vector, string? text, byte[]? image, ulong? key)
    {
        int given = (vector is null ? 0 : 1) + (text is null ? 0 : 1)
            + (image is null ? 0 : 1) + (key is null ? 0 : 1);
        if (given != 1)
        {
            throw new UserException(
                ExitCode.Usage, $"{given} of vector, text, image and key are given; give exactly one.");
        }

        return vector is not null ? PointInput.FromVector(vector)
            : text is not null ? PointInput.FromText(text)
            : image is not null ? PointInput.FromImage(image)
            : PointInput.FromKey(key!.Value);
    }

    /// <summary>Reads, enqueues, waits, writes; every failure becomes a status and a message.</summary>
    private async Task Serve(HttpContext context, Func<HttpContext, ValueTask<Request>> read)
    {
        long start = Stopwatch.GetTimestamp();
        long bytes = Math.Clamp(
            context.Request.ContentLength ?? Limits.RequestBytesMax, 0, Limits.RequestBytesMax);
        bool admitted = bodies.TryReserve(bytes);
        try
        {
            Request request = admitted ? await read(context) : throw Full();
            if (!queue.TryEnqueue(request, context.RequestAborted, out Task<Reply> reply))
            {
                throw Full();
            }

            await WriteReply(context, await reply);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception e) when (HttpErrors.Describe(e) is { } error)
        {
            await WriteError(context, error);
        }
        // The other loop that catches all: a defect becomes a 500 and a log line, the service lives on.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            HttpLog.Defect(logger, e, context.Request.Method, context.Request.Path);
            await WriteError(
                context,
                new ErrorBody(500, "A defect of EdgeSim; the log has the details. Please report it."));
        }
        finally
        {
            if (admitted)
            {
                bodies.Release(bytes);
            }
        }

        HttpLog.Answered(
            logger,
            context.Request.Method,
            context.Request.Path,
            context.Response.StatusCode,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static UserException Full() => new(
        ExitCode.Busy,
        $"Too many requests at once; {Limits.QueueItemsMax} may wait. "
        + $"Try again in {Limits.RetryAfterSeconds} s.");

    private static Task WriteReply(HttpContext context, Reply reply) => reply switch
    {
        SearchReply search => Write(context, 200, search, JsonFormats.Default.SearchReply),
        EncodeReply encode => Write(context, 200, encode, JsonFormats.Default.EncodeReply),
        AddReply add => Write(context, 200, add, JsonFormats.Default.AddReply),
        CollectionsReply { Collections: [var one] } when context.Request.RouteValues.ContainsKey("name") =>
            Write(context, 200, one, JsonFormats.Default.CollectionItem),
        CollectionsReply list => Write(context, 200, list, JsonFormats.Default.CollectionsReply),
        _ => throw new ArgumentException($"no JSON for {reply.GetType().Name}", nameof(reply)),
    };

    private static Task WriteError(HttpContext context, ErrorBody error)
    {
        if (error.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = Limits.RetryAfterSeconds.ToString(
                System.Globalization.CultureInfo.InvariantCulture);
        }

        return Write(context, error.Status, error, JsonFormats.Default.ErrorBody);
    }

    private static Task Write<T>(HttpContext context, int status, T body, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(body, type, cancellationToken: context.RequestAborted);
    }

    private static async ValueTask<T> Read<T>(HttpContext context, JsonTypeInfo<T> type) =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
            ?? throw new UserException(ExitCode.Usage, "The body is null; a JSON object is expected.");

    private static async ValueTask<byte[]> ReadBytes(HttpContext context)
    {
        using var buffer = new MemoryStream(
            (int)Math.Min(context.Request.ContentLength ?? 0, Limits.RequestBytesMax));
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }

    private static bool IsPicture(HttpContext context)
    {
        string? type = context.Request.ContentType;
        return type?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true
            || string.Equals(type, "application/octet-stream", StringComparison.OrdinalIgnoreCase);
    }

    private static int KOf(HttpContext context)
    {
        string? text = context.Request.Query["k"];
        return text is null ? Limits.KDefault
            : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int k) ? k
            : throw new UserException(
                ExitCode.Usage, $"k is '{text}'; a number from 1 to {Limits.KMax} is expected.");
    }

    private static string? ModelOf(HttpContext context) => context.Request.Query["model"];

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static ValueTask<Request> Ready(Request request) => ValueTask.FromResult(request);
}
