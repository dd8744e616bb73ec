using System.Buffers;
using EdgeSim.Transports.Http;
using Microsoft.AspNetCore.Http;

namespace EdgeSim.Tests.Http;

public sealed class BodyReaderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(4096, false)]
    [InlineData(300_001, true)]
    [InlineData(300_001, false)]
    [InlineData(Limits.RequestBytesMax, true)]
    [InlineData(Limits.RequestBytesMax, false)]
    public async Task Read_Whole_GivesTheBytesAndHoldsThemUntilDisposed(int length, bool stated)
    {
        var reader = new BodyReader(Patience);
        byte[] bytes = Bytes(length);
        RequestBody body = await reader.ReadAsync(Context(new MemoryStream(bytes), stated ? length : null));
        Assert.Equal(bytes, body.Bytes.ToArray());
        Assert.Equal(length, reader.BytesHeld);
        body.DropBytes();
        Assert.Equal(length, reader.BytesHeld);
        body.Dispose();
        Assert.Equal(0, reader.BytesHeld);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_OneByteTooMany_Is413AndHoldsNothing(bool stated)
    {
        const int Length = Limits.RequestBytesMax + 1;
        var reader = new BodyReader(Patience);
        var e = await Assert.ThrowsAsync<BadHttpRequestException>(async () => await reader.ReadAsync(
            Context(new MemoryStream(new byte[Length]), stated ? Length : null)));
        Assert.Equal(413, e.StatusCode);
        Assert.Equal(0, reader.BytesHeld);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_BodyThatNeverEnds_Is408AndHoldsNothing(bool stated)
    {
        var reader = new BodyReader(TimeSpan.FromMilliseconds(50));
        var e = await Assert.ThrowsAsync<BadHttpRequestException>(
            async () => await reader.ReadAsync(Context(new SilentStream(), stated ? 1000 : null)));
        Assert.Equal(408, e.StatusCode);
        Assert.Equal(0, reader.BytesHeld);
    }

    [Fact]
    public async Task Read_LargeBodiesThatSendNothing_LeaveRoomForOthers()
    {
        var reader = new BodyReader(Patience);
        for (int i = 0; i < 20; i++)
        {
            _ = reader.ReadAsync(Context(new SilentStream(), null)).AsTask();
            _ = reader.ReadAsync(Context(new SilentStream(), Limits.RequestBytesMax / 2)).AsTask();
        }

        Assert.InRange(reader.BytesHeld, 1, 20 * (Limits.BodyBlockBytesMax + Limits.BodyFirstBlockBytes));
        using RequestBody body = await reader.ReadAsync(Context(new MemoryStream(Bytes(100_000)), null));
        Assert.Equal(100_000, body.Length);
    }

    [Fact]
    public async Task Read_BeyondWhatAllMayHold_IsRefusedWithItsOwnMessageAndCounted()
    {
        var reader = new BodyReader(Patience);
        var held = new List<RequestBody>();
        const int Rest =
            Limits.RequestBytesInFlightMax - Limits.RequestBytesMax - Limits.RequestBytesForSmall;
        foreach (int length in new[] { Limits.RequestBytesMax, Rest })
        {
            held.Add(await reader.ReadAsync(Context(new MemoryStream(Bytes(length)), length)));
        }

        await AssertRefused(reader, Limits.BodyBlockBytesMax + 1);
        const int Small = Limits.RequestBytesForSmall / Limits.BodyBlockBytesMax;
        for (int i = 0; i < Small; i++)
        {
            held.Add(await reader.ReadAsync(Context(
                new MemoryStream(Bytes(Limits.BodyBlockBytesMax)), Limits.BodyBlockBytesMax)));
        }

        await AssertRefused(reader, 10);
        Assert.Equal(4, reader.Refused);
        held.ForEach(body => body.Dispose());
        Assert.Equal(0, reader.BytesHeld);
        (await reader.ReadAsync(Context(new MemoryStream(Bytes(10)), 10))).Dispose();
    }

    private static async Task AssertRefused(BodyReader reader, int length)
    {
        foreach (bool stated in new[] { true, false })
        {
            var e = await Assert.ThrowsAsync<UserException>(async () => await reader.ReadAsync(
                Context(new MemoryStream(Bytes(length)), stated ? length : null)));
            Assert.Equal(ExitCode.Busy, e.Code);
            Assert.Contains($"{Limits.RequestBytesInFlightMax} are allowed together", e.Message);
        }
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i * 7);
        }

        return bytes;
    }

    private static DefaultHttpContext Context(Stream body, long? stated)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        context.Request.ContentLength = stated;
        return context;
    }

    /// <summary>A client that is connected and sends nothing.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
