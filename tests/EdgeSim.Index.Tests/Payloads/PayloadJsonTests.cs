using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;
using MessagePack;

namespace EdgeSim.Index.Tests.Payloads;

public sealed class PayloadJsonTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_240_612;

    [Fact]
    public void FromJson_ToJson_GivesTheSameValues()
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            JsonObject map = RandomPayloads.Map(ref random, 4);
            byte[] payload = Payload(map.ToJsonString());
            JsonNode? back = JsonNode.Parse(PayloadJson.ToJson(payload));
            Assert.True(JsonNode.DeepEquals(map, back), $"case {i}: {map.ToJsonString()} became {back}");
        }
    }

    [Theory]
    [InlineData("{\"a\":1}", "81a16101")]
    [InlineData("{\"a\":1.0}", "81a161cb3ff0000000000000")]
    [InlineData("{\"a\":1e2}", "81a161cb4059000000000000")]
    [InlineData("{\"a\":18446744073709551615}", "81a161cfffffffffffffffff")]
    [InlineData("{\"a\":18446744073709551616}", "81a161cb43f0000000000000")]
    [InlineData("{\"\\u00e4\":\"\\n\"}", "81a2c3a4a10a")]
    [InlineData("{}", "80")]
    public void FromJson_Numbers_KeepTheirKind(string json, string hex)
        => Assert.Equal(hex, Convert.ToHexStringLower(Payload(json)));

    [Theory]
    [InlineData("[]", "not an array")]
    [InlineData("null", "not null")]
    [InlineData("", "no valid JSON")]
    [InlineData("{\"a\":}", "no valid JSON")]
    [InlineData("{} {}", "no valid JSON")]
    [InlineData("{\"a\":1e999}", "too large for 64 bits")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "field 'a' stands twice")]
    [InlineData("{\"a\":\"\\ud800\"}", "not valid Unicode")]
    public void FromJson_NoPayload_IsRefused(string json, string message)
        => Assert.Contains(message, Assert.Throws<PayloadException>(() => Payload(json)).Message);

    [Fact]
    public void FromJson_TooLargeOrTooDeep_IsRefused()
    {
        string large = new('x', IndexLimits.PayloadBytesMax);
        Assert.Throws<PayloadException>(() => Payload($"{{\"a\":\"{large}\"}}"));
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40);
        Assert.Throws<PayloadException>(() => Payload(deep));
    }

    [Fact]
    public void ToJson_WhatJsonLacks_IsWrittenAsDocumented()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteMapHeader(5);
        writer.Write("time");
        writer.Write(new DateTime(2024, 3, 1, 12, 0, 0, 500, DateTimeKind.Utc));
        writer.Write("bin");
        writer.Write([1, 2, 3]);
        writer.Write("nan");
        writer.Write(double.NaN);
        writer.Write("inf");
        writer.Write(float.NegativeInfinity);
        writer.Write("f32");
        writer.Write(0.5f);
        writer.Flush();
        Assert.Equal(
            """{"time":"2024-03-01T12:00:00.5Z","bin":"AQID","nan":null,"inf":null,"f32":0.5}""",
            Encoding.UTF8.GetString(PayloadJson.ToJson(buffer.WrittenSpan)));
        Assert.Equal("{}", Encoding.UTF8.GetString(PayloadJson.ToJson([])));
    }

    private static byte[] Payload(string json) => PayloadJson.FromJson(Encoding.UTF8.GetBytes(json));
}
