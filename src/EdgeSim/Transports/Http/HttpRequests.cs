using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeSim.Encoders;
using EdgeSim.Engine;

namespace EdgeSim.Transports.Http;

/// <summary>What a body means: from its bytes and its headers to a <see cref="Request"/>.</summary>
public static class HttpRequests
{
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
            Name(context), OneOf(body.Vector, body.Text, body.Image, body.Key), body.K ?? Limits.KDefault);
    }

    public static Request List(HttpContext context, ReadOnlySequence<byte> bytes) =>
        new CollectionsRequest(null);

    public static Request Describe(HttpContext context, ReadOnlySequence<byte> bytes) =>
        new CollectionsRequest(Name(context));

    private static NewPoint ToPoint(PointBody point) => new(
        point.Key, OneOf(point.Vector, point.Text, point.Image, null), point.Payload);

    private static PointInput OneOf(
        float[]? vector, string? text, ReadOnlyMemory<byte>? image, ulong? key)
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
}
