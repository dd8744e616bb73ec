using System.Buffers;
using EdgeSim.Index.Payloads;
using MessagePack;

namespace EdgeSim.Index.Tests.Payloads;

public sealed class PayloadRulesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("81a161c0")]
    [InlineData("82a161c0a162d6ff00000000")]
    [InlineData("81a161c403ffffff")]
    public void Check_APayload_Passes(string hex) => PayloadRules.Check(Convert.FromHexString(hex));

    [Theory]
    [InlineData("c0", "is nil, not a map")]
    [InlineData("8081", "ends at byte 1, and 1 bytes follow")]
    [InlineData("81a161", "field 'a' is no MessagePack, or cut, from byte 3 on")]
    [InlineData("8101c0", "has an integer as a key")]
    [InlineData("81a16181c0c0", "field 'a' has nil as a key")]
    [InlineData("82a161c0a161c0", "field 'a' stands twice")]
    [InlineData("81a16191c1", "field 'a[0]' is no MessagePack")]
    [InlineData("81a16181a16292c0d40100", "field 'a.b[1]' is an extension")]
    [InlineData("81a161a2c328", "field 'a' is a text that is not UTF-8")]
    [InlineData("81a1ffc0", "has a key that is not UTF-8")]
    [InlineData("dfffffffff", "is no whole MessagePack value")]
    [InlineData("81a161d7ffee6b2800ffffffff", "is an extension that is no time")]
    public void Check_ABrokenRule_SaysWhichAndWhere(string hex, string message)
        => Assert.Contains(message, Refusal(Convert.FromHexString(hex)));

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(100_000, false)]
    public void Check_Depth_IsBounded(int levels, bool passes)
    {
        byte[] bytes =
        [
            0x81, 0xa1, 0x61, .. Enumerable.Repeat((byte)0x91, levels - 2), 0x90,
        ];
        Exception? thrown = Record.Exception(() => PayloadRules.Check(bytes));
        Assert.Equal(passes, thrown is null);
        Assert.True(passes || thrown is PayloadException && thrown.Message.Contains("nests deeper than 32"));
    }

    [Fact]
    public void Check_ManyKeys_FindsTheOneThatStandsTwice_InLinearTime()
    {
        const int Count = 120_000;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        PayloadRules.Check(Map(Count, i => i));
        Assert.Contains("'77' stands twice", Refusal(Map(Count, i => i == Count - 1 ? 77 : i)));
        Assert.Contains("'5' stands twice", Refusal(Map(Count, _ => 5)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), clock.Elapsed.ToString());
    }

    [Fact]
    public void Check_AHugeValueDeepInside_IsWalkedOnceALevel()
    {
        byte[] payload =
        [
            0xdd, 0x00, 0x0f, 0x00, 0x00, .. Enumerable.Repeat((byte)0xc0, 0x0f_0000),
        ];
        byte[] rest = [.. Enumerable.Range('b', 7).SelectMany(key => (byte[])[0xa1, (byte)key, 0xc0])];
        for (int level = 1; level < IndexLimits.PayloadDepthMax; level++)
        {
            payload = [0x88, 0xa1, 0x61, .. payload, .. rest];
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        PayloadRules.Check(payload);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), clock.Elapsed.ToString());
    }

    [Fact]
    public void Check_TooManyBytes_IsRefused()
        => Assert.Contains("at most 1048576", Refusal(new byte[IndexLimits.PayloadBytesMax + 1]));

    [Fact]
    public void Check_MutatedPayloads_PassOrAreRefused()
    {
        const ulong Seed = 7;
        var random = new SplitMix64(Seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] payload = PayloadJson.FromJson(
                System.Text.Encoding.UTF8.GetBytes(RandomPayloads.Map(ref random).ToJsonString()));
            payload[random.Below(payload.Length)] = (byte)random.Next();
            Exception? thrown = Record.Exception(() => PayloadRules.Check(payload));
            Assert.True(thrown is null or PayloadException, $"seed {Seed}, case {i}: {thrown}");
            if (thrown is null)
            {
                _ = PayloadJson.ToJson(payload);
            }
        }
    }

    private static string Refusal(byte[] payload)
        => Assert.Throws<PayloadException>(() => PayloadRules.Check(payload)).Message;

    private static byte[] Map(int count, Func<int, int> key)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        writer.WriteMapHeader(count);
        for (int i = 0; i < count; i++)
        {
            writer.Write(key(i).ToString(System.Globalization.CultureInfo.InvariantCulture));
            writer.WriteNil();
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
