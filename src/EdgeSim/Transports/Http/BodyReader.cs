using EdgeSim.Engine;

namespace EdgeSim.Transports.Http;

/// <summary>
/// Reads request bodies whole, block by block, each block paid for from one quota before it is read: clients
/// that announce much and send little hold little, and all of them together cannot make the process grow. A
/// body that is not there in time gets 408. Thread-safe.
/// </summary>
/// <param name="deadline">For a whole body, from its first byte to its last.</param>
public sealed class BodyReader(TimeSpan deadline)
{
    private readonly ByteQuota quota = new(Limits.RequestBytesInFlightMax);
    private long refused;

    /// <summary>Bodies that were refused since start because others hold the bytes.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Bytes that requests in progress hold now.</summary>
    public long BytesHeld => quota.Reserved;

    /// <summary>Reads the body of a request; the caller disposes it after the reply.</summary>
    /// <exception cref="BadHttpRequestException">Too large (413) or too slow (408).</exception>
    /// <exception cref="UserException">No room now; Busy.</exception>
    public async ValueTask<RequestBody> ReadAsync(HttpContext context)
    {
        long? stated = context.Request.ContentLength;
        if (stated > Limits.RequestBytesMax)
        {
            throw TooLarge();
        }

        // A body that states its length is refused before it is read if it cannot fit now.
        if (stated is { } length && !quota.HasRoomFor(length, RequestBody.KeptFree(length)))
        {
            throw Full();
        }

        var body = new RequestBody(quota);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(deadline);
        try
        {
            await Fill(body, context.Request.Body, stated, patience.Token);
            return body;
        }
        catch (Exception e) when (
            e is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }
            || (e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            body.Dispose();
            throw TooSlow();
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async ValueTask Fill(
        RequestBody body, Stream stream, long? stated, CancellationToken cancellation)
    {
        while (stated is null || body.Length < stated)
        {
            if (body.Length >= Limits.RequestBytesMax)
            {
                // One byte more than allowed, or the end.
                if (await stream.ReadAsync(new byte[1], cancellation) > 0)
                {
                    throw TooLarge();
                }

                return;
            }

            int size = (int)Math.Min(
                (stated ?? Limits.RequestBytesMax) - body.Length,
                stated is null
                    ? Math.Clamp(body.Length, Limits.BodyFirstBlockBytes, Limits.BodyBlockBytesMax)
                    : Limits.BodyBlockBytesMax);
            if (!body.TryExtend(size, out Memory<byte> room))
            {
                throw Full();
            }

            int read = await stream.ReadAtLeastAsync(
                room, size, throwOnEndOfStream: false, cancellation);
            if (read < size)
            {
                body.Shorten(size - read);
                return;
            }
        }
    }

    private static BadHttpRequestException TooLarge() => new(
        $"The body is larger than {Limits.RequestBytesMax} bytes. Send it in parts, or a smaller picture.",
        StatusCodes.Status413PayloadTooLarge);

    private BadHttpRequestException TooSlow() => new(
        $"The body came too slowly: it must be complete after {deadline.TotalSeconds:F0} s, and bring "
        + $"{Limits.TransferBytesPerSecondMin} bytes a second. Send it faster or in parts.",
        StatusCodes.Status408RequestTimeout);

    private UserException Full()
    {
        Interlocked.Increment(ref refused);
        return new UserException(
            ExitCode.Busy,
            $"No room for another body: requests in progress hold {BytesHeld} bytes of theirs, and "
            + $"{Limits.RequestBytesInFlightMax} are allowed together. "
            + $"Try again in {Limits.RetryAfterSeconds} s.");
    }
}
