using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

public sealed class PayloadEditTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_240_613;

    [Theory]
    [InlineData("{}", "", "{'a':1}", "{'a':1}")]
    [InlineData("{'a':1,'b':2}", "", "{'b':3,'c':{}}", "{'a':1,'b':3,'c':{}}")]
    [InlineData("{'a':{'x':1}}", "", "{'a':{'y':2}}", "{'a':{'y':2}}")]
    [InlineData("{'a':{'x':1}}", "a", "{'y':2}", "{'a':{'x':1,'y':2}}")]
    [InlineData("{'a':7}", "a.b", "{'y':2}", "{'a':{'b':{'y':2}}}")]
    [InlineData("{}", "a.b", "{'y':2}", "{'a':{'b':{'y':2}}}")]
    [InlineData("{'a':[{'x':1},5]}", "a[]", "{'y':2}", "{'a':[{'x':1,'y':2},{'y':2}]}")]
    [InlineData("{'a':[{'x':1},5]}", "a[1]", "{'y':2}", "{'a':[{'x':1},{'y':2}]}")]
    [InlineData("{'a':[5]}", "a[1]", "{'y':2}", "{'a':[5]}")]
    [InlineData("{'a':5}", "a[]", "{'y':2}", "{'a':[]}")]
    [InlineData("{'a.b':{}}", "~a.b~", "{'y':2}", "{'a.b':{'y':2}}")]
    public void Set_Cases(string payload, string path, string values, string expected)
    {
        var buffer = new ArrayBufferWriter<byte>();
        byte[] bytes = Payload(payload);
        if (path.Length == 0)
        {
            PayloadEdit.Set(bytes, Payload(values), buffer);
        }
        else
        {
            PayloadEdit.Set(bytes, path.Replace('~', '"'), Payload(values), buffer);
        }

        Assert.Equal(expected, Json(buffer));
    }

    [Theory]
    [InlineData("{'a':1,'b':2}", "{'b':2}", "a")]
    [InlineData("{'a':1,'b':2}", "{}", "a", "b", "c")]
    [InlineData("{'a':{'x':1,'y':2}}", "{'a':{'y':2}}", "a.x", "b.x", "a.x.z")]
    [InlineData("{'a':[{'x':1,'y':2},3]}", "{'a':[{'y':2},3]}", "a[].x")]
    [InlineData("{'a':[1,2,3]}", "{'a':[1,3]}", "a[1]", "a[7]")]
    [InlineData("{'a':[1,2,3]}", "{'a':[]}", "a[]")]
    [InlineData("{'a':[{'x':1},{'x':1}]}", "{'a':[{'x':1},{}]}", "a[1].x")]
    public void DeleteKeys_Cases(string payload, string expected, params string[] paths)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PayloadEdit.DeleteKeys(Payload(payload), paths, buffer);
        Assert.Equal(expected, Json(buffer));
    }

    [Fact]
    public void Overwrite_And_Clear_ForgetWhatWasThere()
    {
        var buffer = new ArrayBufferWriter<byte>();
        PayloadEdit.Overwrite(Payload("{'b':1}"), buffer);
        Assert.Equal("{'b':1}", Json(buffer));
        buffer.ResetWrittenCount();
        PayloadEdit.Clear(buffer);
        Assert.Equal("{}", Json(buffer));
        PayloadEdit.Set([], [], buffer);
        Assert.Equal("{}", Json(buffer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("a.")]
    [InlineData("a[")]
    [InlineData("a[x]")]
    [InlineData("a]b")]
    [InlineData("a[-1]")]
    [InlineData("~a")]
    public void Path_ThatIsNone_IsRefused(string path)
        => Assert.Throws<PayloadException>(
            () => PayloadEdit.DeleteKeys([], [path.Replace('~', '"')], new ArrayBufferWriter<byte>()));

    [Fact]
    public void Set_BeyondALimit_IsRefused_AndWritesNothing()
    {
        byte[] half = Payload($"{{'a':'{new string('x', IndexLimits.PayloadBytesMax / 2)}'}}");
        byte[] other = Payload($"{{'b':'{new string('x', IndexLimits.PayloadBytesMax / 2)}'}}");
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Throws<PayloadException>(() => PayloadEdit.Set(half, other, buffer));
        Assert.Equal(0, buffer.WrittenCount);
    }

    [Fact]
    public void Set_AtTheTop_IsWhatJsonObjectsDo()
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        for (int i = 0; i < 3_000; i++)
        {
            JsonObject map = RandomPayloads.Map(ref random);
            JsonObject values = RandomPayloads.Map(ref random);
            var buffer = new ArrayBufferWriter<byte>();
            PayloadEdit.Set(Payload(map.ToJsonString()), Payload(values.ToJsonString()), buffer);
            foreach ((string key, JsonNode? value) in values)
            {
                map[key] = value?.DeepClone();
            }

            Assert.True(JsonNode.DeepEquals(map, JsonNode.Parse(PayloadJson.ToJson(buffer.WrittenSpan))));
        }
    }

    [Fact]
    public void Set_ManyKeys_TakesLinearTime()
    {
        string first = string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"'k{i}':0"));
        string second = string.Join(',', Enumerable.Range(30_000, 60_000).Select(i => $"'k{i}':1"));
        var buffer = new ArrayBufferWriter<byte>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        PayloadEdit.Set(Payload($"{{{first}}}"), Payload($"{{{second}}}"), buffer);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), clock.Elapsed.ToString());
        var reader = new MessagePack.MessagePackReader(buffer.WrittenMemory);
        Assert.Equal(90_000, reader.ReadMapHeader());
    }

    private static byte[] Payload(string json)
        => PayloadJson.FromJson(Encoding.UTF8.GetBytes(json.Replace('\'', '"')));

    private static string Json(ArrayBufferWriter<byte> buffer)
        => Encoding.UTF8.GetString(PayloadJson.ToJson(buffer.WrittenSpan)).Replace('"', '\'');
}
