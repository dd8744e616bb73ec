using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeSim.Encoders;
using EdgeSim.Engine;
using EdgeSim.Index;
using Microsoft.Net.Http.Headers;

namespace EdgeSim.Transports.Http;

/// <summary>What a body means: from its bytes and its headers to a <see cref="Request"/>.</summary>
public static class HttpRequests
{
    /// <summary>
    /// Refuses what is not said to be JSON, or a picture where one is taken. A browser lets a page of another
    /// site send the other types without asking, and these only after it has asked, in vain.
    /// </summary>
    /// <exception cref="BadHttpRequestException">415.</exception>
    public static void RequireMediaType(HttpContext context, bool pictures)
    {
        if (!IsJson(context) && !(pictures && IsPicture(context)))
        {
            throw new BadHttpRequestException(
                $"Content-Type is '{context.Request.ContentType}'; this resource takes application/json"
                + (pictures ? " and pictures as image/..." : "") + ". Send that header.",
                StatusCodes.Status415UnsupportedMediaType);
        }
    }

    public static Request Encode(HttpContext context, ReadOnlySequence<byte> bytes)
    {
        if (IsPicture(context))
        {
            return new EncodeRequest(ModelOf(context), [EncoderInput.FromImage(bytes.ToArray())]);
        }

        EncodeBody body = Read(bytes, JsonFormats.Default.EncodeBody);
        bool texts = body.Texts is { Length: > 0 };
        bool images = body.Images is { Length: > 0 };
        if (texts == images)
        {
            throw new UserException(ExitCode.Usage, "Give either texts: [...] or images: [base64...].");
        }

        return new EncodeRequest(body.Model, texts
            ? [.. body.Texts!.Select(EncoderInput.FromText)]
            : [.. body.Images!.Select(EncoderInput.FromImage)]);
    }

    public static Request Add(HttpContext context, ReadOnlySequence<byte> bytes)
    {
        PointsBody body = Read(bytes, JsonFormats.Default.PointsBody);
        PointBody[] points = body.Points
            ?? throw new UserException(ExitCode.Usage, "points is missing: give an array of points.");
        return new AddRequest(Name(context), body.Model, [.. points.Select(ToPoint)]);
    }

    public static Request Search(HttpContext context, ReadOnlySequence<byte> bytes)
    {
        if (IsPicture(context))
        {
            return new SearchRequest(Name(context), PointInput.FromImage(bytes.ToArray()), KOf(context));
        }

        SearchBody body = Read(bytes, JsonFormats.Default.SearchBody);
        return new SearchRequest(
            Name(context),
            OneOf(body.Vector, body.Text, body.Image, body.Key),
            body.K ?? Limits.KDefault,
            body.Recall);
    }

    public static Request List(HttpContext context, ReadOnlySequence<byte> bytes) =>
        new CollectionsRequest(null);

    public static Request Describe(HttpContext context, ReadOnlySequence<byte> bytes) =>
        new CollectionsRequest(Name(context));

    private static NewPoint ToPoint(PointBody point) => new(
        point.Key, OneOf(point.Vector, point.Text, point.Image, null), point.Payload);

    private static PointInput OneOf(
        float[]? vector, string? text, ReadOnlyMemory<byte>? image, Key? key)
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
            : image is { } file ? PointInput.FromImage(file)
            : PointInput.FromKey(key!.Value);
    }

    /// <summary>Decodes the one JSON value that a body is.</summary>
    private static T Read<T>(ReadOnlySequence<byte> bytes, JsonTypeInfo<T> type)
    {
        var reader = new Utf8JsonReader(bytes);
        T? body = JsonSerializer.Deserialize(ref reader, type);

        // Anything but white space behind the value throws here.
        reader.Read();
        return body ?? throw new UserException(
            ExitCode.Usage, "The body is null; a JSON object is expected.");
    }

    private static bool IsPicture(HttpContext context) =>
        context.Request.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsJson(HttpContext context) =>
        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

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
}
