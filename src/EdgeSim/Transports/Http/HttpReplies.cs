using System.Globalization;
using System.Text.Json.Serialization.Metadata;

namespace EdgeSim.Transports.Http;

/// <summary>Writes replies and errors as JSON.</summary>
public static class HttpReplies
{
    public static Task WriteReply(HttpContext context, Reply reply) => reply switch
    {
        SearchReply search => Write(context, 200, search, JsonFormats.Default.SearchReply),
        EncodeReply encode => Write(context, 200, encode, JsonFormats.Default.EncodeReply),
        AddReply add => Write(context, 200, add, JsonFormats.Default.AddReply),
        CollectionsReply { Collections: [var one] } when context.Request.RouteValues.ContainsKey("name") =>
            Write(context, 200, one, JsonFormats.Default.CollectionItem),
        CollectionsReply list => Write(context, 200, list, JsonFormats.Default.CollectionsReply),
        _ => throw new ArgumentException($"no JSON for {reply.GetType().Name}", nameof(reply)),
    };

    /// <summary>Writes an error, or ends the connection when half of another reply is out already.</summary>
    public static Task WriteError(HttpContext context, ErrorBody error)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        if (error.IsPassing)
        {
            context.Response.Headers.RetryAfter =
                Limits.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.Error.Length > Limits.ErrorCharsMax)
        {
            error = error with { Error = error.Error[..Limits.ErrorCharsMax] + "..." };
        }

        return Write(context, error.Status, error, JsonFormats.Default.ErrorBody);
    }

    public static Task Write<T>(HttpContext context, int status, T body, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(body, type, cancellationToken: context.RequestAborted);
    }
}
