using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgeSim.Encoders.Text;
using EdgeSim.Engine.Requests;
using EdgeSim.Transports.Http;
using Microsoft.AspNetCore.Http;

namespace EdgeSim.Tests.Http;

/// <summary>Bodies as they come in blocks: whole, cut anywhere, and far beyond the limits.</summary>
public sealed class HttpRequestsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Add_CutIntoBlocks_IsTheSame(int blockBytes)
    {
        byte[] image = [.. Enumerable.Range(0, 100).Select(i => (byte)(i * 37))];
        string base64 = Convert.ToBase64String(image).Replace("/", "\\/");
        string payload = """{ "n": [1, 2.50], "\u00e4": "\ud83d\udc15" }""";
        var request = (AddRequest)HttpRequests.Add(Context(), Cut(
            $$"""
            {"model": null, "points": [
              {"key": 18446744073709551615, "vector": [1, -2.5, 3e-3], "payload": {{payload}}},
              {"text": "a \"dog\" \u00e4"}, {"image": "{{base64}}", "payload": null}
            ]}
            """,
            blockBytes));
        Assert.Equal("c", request.Collection);
        Assert.Equal(ulong.MaxValue, request.Points[0].Key);
        Assert.Equal([1f, -2.5f, 3e-3f], request.Points[0].Input.Vector!);
        Assert.Equal(payload, Encoding.UTF8.GetString(request.Points[0].Payload.Span));
        Assert.Equal("a \"dog\" \u00e4", request.Points[1].Input.Input!.Value.Text);
        Assert.Equal(image, request.Points[2].Input.Input!.Value.Bytes.ToArray());
        Assert.Equal(0, request.Points[2].Payload.Length);
    }

    public static TheoryData<string, ExitCode> Oversized => new()
    {
        { $$"""{"texts":[{{Many("\"a\"", 2_000_000)}}]}""", ExitCode.Usage },
        { $$"""{"images":[{{Many("\"\"", 2_000_000)}}]}""", ExitCode.Usage },
        { $$"""{"texts":["{{new string('a', TextLimits.TextBytesMax + 1)}}"]}""", ExitCode.Data },
        { $$"""{"model":"{{new string('a', Limits.NameBytesMax + 1)}}"}""", ExitCode.Data },
        { $$"""{"points":[{{Many("{}", 2_700_000)}}]}""", ExitCode.Usage },
        { $$$"""{"points":[{"payload":{"a":[{{{Many("1", 4_000_000)}}}]}}]}""", ExitCode.Data },
        { $$$"""{"points":[{"vector":[{{{Many("1", 4_000_000)}}}]}]}""", ExitCode.Data },
        { $$"""{"k":1,"vector":[{{Many("1", Limits.DimensionMax + 1)}}]}""", ExitCode.Data },
    };

    [Theory]
    [MemberData(nameof(Oversized), DisableDiscoveryEnumeration = true)]
    public void Read_FarBeyondALimit_IsRefusedWithinTheMemoryOfTheBudget(string json, ExitCode code)
    {
        ReadOnlySequence<byte> body = Cut(json, Limits.BodyBlockBytesMax);
        Assert.InRange(body.Length, 1, Limits.RequestBytesMax);
        long before = GC.GetAllocatedBytesForCurrentThread();
        UserException e = Assert.Throws<UserException>(() => Any(json)(Context(), body));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(code, e.Code);
        Assert.InRange(e.Message.Length, 10, 300);
        Assert.InRange(allocated, 0, 1 << 20);
    }

    [Fact]
    public void Read_WhatIsAllowed_TakesNoMoreThanTheBudgetSays()
    {
        string text = new('a', (Limits.RequestBytesMax - 100) / 8);
        string[] bodies =
        [
            $$"""{"texts":[{{Many($"\"{text}\"", 8)}}]}""",
            $$"""{"points":[{{Many($$"""{"vector":[{{Many("1", Limits.DimensionMax)}}]}""", 256)}}]}""",
            $$"""{"images":["{{new string('A', 8_000_000)}}"]}""",
        ];
        foreach (string json in bodies)
        {
            ReadOnlySequence<byte> body = Cut(json, Limits.BodyBlockBytesMax);
            Assert.InRange(body.Length, 2_000_000, Limits.RequestBytesMax);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Request request = Any(json)(Context(), body);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            GC.KeepAlive(request);

            // Of what was allocated, a copy of each text that crosses blocks was dropped again at once.
            long dropped = json.StartsWith("{\"texts", StringComparison.Ordinal) ? body.Length : 0;
            Assert.InRange(
                allocated - dropped, 0, (Limits.RequestDecodedFactor * body.Length) + (1 << 18));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"points\":[]}{}")]
    [InlineData("{\"points\":{}}")]
    [InlineData("{\"points\":[{\"vector\":7}]}")]
    [InlineData("{\"points\":[{\"image\":7}]}")]
    [InlineData("{\"points\":[{\"image\":\"AAA\"}]}")]
    [InlineData("{\"points\":[{\"text\":7}]}")]
    [InlineData("{\"points\":[{\"text\":\"\\udc00\"}]}")]
    [InlineData("{\"points\":[{\"vectr\":[1]}]}")]
    public void Read_WrongJson_IsAJsonException(string json) =>
        Assert.ThrowsAny<JsonException>(() => HttpRequests.Add(Context(), Cut(json, 5)));

    private static Func<HttpContext, ReadOnlySequence<byte>, Request> Any(string json) =>
        json.StartsWith("{\"points", StringComparison.Ordinal) ? HttpRequests.Add
            : json.StartsWith("{\"k", StringComparison.Ordinal) ? HttpRequests.Search
            : HttpRequests.Encode;

    private static string Many(string element, int count) =>
        string.Join(',', Enumerable.Repeat(element, count));

    private static DefaultHttpContext Context()
    {
        var context = new DefaultHttpContext();
        context.Request.RouteValues["name"] = "c";
        context.Request.ContentType = "application/json";
        return context;
    }

    private static ReadOnlySequence<byte> Cut(string json, int blockBytes)
    {
        var body = new RequestBody(new EdgeSim.Engine.ByteQuota(long.MaxValue));
        ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(json);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(blockBytes, bytes.Length);
            Assert.True(body.TryExtend(count, out Memory<byte> room));
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
        }

        return body.Bytes;
    }
}
