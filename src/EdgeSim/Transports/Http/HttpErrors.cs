using System.Text.Json;
using EdgeSim.Encoders;
using EdgeSim.Index;

namespace EdgeSim.Transports.Http;

/// <summary>One table from what went wrong to an HTTP status and a message that a user may see.</summary>
public static class HttpErrors
{
    /// <summary>The status and message for an exception, or null for a defect of ours.</summary>
    public static ErrorBody? Describe(Exception exception) => exception switch
    {
        UserException e => new ErrorBody(StatusOf(e.Code), e.Message)
        {
            IsPassing = e.Code == ExitCode.Busy,
        },
        EncoderInputException e => new ErrorBody(
            StatusCodes.Status422UnprocessableEntity, $"input {e.InputIndex}: {e.Message}"),
        ModelException e => new ErrorBody(StatusCodes.Status503ServiceUnavailable, e.Message),
        VectorException e => new ErrorBody(StatusCodes.Status422UnprocessableEntity, e.Message),
        IndexLockedException e => new ErrorBody(StatusCodes.Status503ServiceUnavailable, e.Message)
        {
            IsPassing = true,
        },
        IndexReadOnlyException e => new ErrorBody(StatusCodes.Status403Forbidden, e.Message),
        IndexException e => new ErrorBody(StatusCodes.Status500InternalServerError, e.Message),
        JsonException e => new ErrorBody(
            StatusCodes.Status400BadRequest, $"The body is not the JSON that is expected here: {e.Message}"),
        BadHttpRequestException e => new ErrorBody(e.StatusCode, e.Message),
        OutOfMemoryException => new ErrorBody(
            StatusCodes.Status503ServiceUnavailable,
            "There is no memory for this now, within the budget. Try again, with less, or raise --ram.")
        {
            IsPassing = true,
        },
        IOException or UnauthorizedAccessException => new ErrorBody(
            StatusCodes.Status500InternalServerError, $"The disk refuses: {exception.Message}"),
        _ => null,
    };

    private static int StatusOf(ExitCode code) => code switch
    {
        ExitCode.NoInput => StatusCodes.Status404NotFound,
        ExitCode.Usage => StatusCodes.Status400BadRequest,
        ExitCode.Data => StatusCodes.Status422UnprocessableEntity,
        ExitCode.Unavailable or ExitCode.Busy => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
