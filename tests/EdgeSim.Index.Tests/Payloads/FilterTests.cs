using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>What is documented of each condition, one case a line.</summary>
public sealed class FilterTests
{
    [Theory]
    [InlineData("{'a':'x'}", true)]
    [InlineData("{'a':['y','x']}", true)]
    [InlineData("{'a':[['x']]}", false)]
    [InlineData("{'a':'X'}", false)]
    [InlineData("{'b':'x'}", false)]
    [InlineData("{}", false)]
    public void MatchValue_OfAText(string payload, bool expected)
        => Assert.Equal(expected, Matches(new MatchValue("a", "x"), payload));

    [Theory]
    [InlineData("{'a':5}", true)]
    [InlineData("{'a':5.0}", false)]
    [InlineData("{'a':'5'}", false)]
    [InlineData("{'a':true}", false)]
    public void MatchValue_OfAnInteger(string payload, bool expected)
        => Assert.Equal(expected, Matches(new MatchValue("a", 5), payload));

    [Theory]
    [InlineData("{'a':'x'}", false)]
    [InlineData("{'a':'z'}", true)]
    [InlineData("{'a':['x','z']}", true)]
    [InlineData("{'a':3}", true)]
    [InlineData("{'a':null}", false)]
    [InlineData("{'a':[]}", false)]
    [InlineData("{}", false)]
    public void MatchExcept_OfTexts(string payload, bool expected)
        => Assert.Equal(expected, Matches(new MatchExcept("a", ["x", "y"]), payload));

    [Theory]
    [InlineData("red car", "{'a':'A red, fast CAR!'}", true)]
    [InlineData("red car", "{'a':'a redcar'}", false)]
    [InlineData("red car", "{'a':['red','car']}", false)]
    [InlineData("red car", "{'a':['car','Car: Red']}", true)]
    [InlineData("straße", "{'a':'STRAßE 5'}", true)]
    [InlineData("5", "{'a':5}", false)]
    [InlineData(" ,", "{'a':'x'}", false)]
    public void MatchText_OfAllWords(string text, string payload, bool expected)
        => Assert.Equal(expected, Matches(new MatchText("a", text), payload));

    [Theory]
    [InlineData("{'a':1}", false)]
    [InlineData("{'a':1.5}", true)]
    [InlineData("{'a':2}", true)]
    [InlineData("{'a':2.5}", false)]
    [InlineData("{'a':[0,2]}", true)]
    [InlineData("{'a':'2'}", false)]
    public void NumberRange_AboveOneToTwo(string payload, bool expected)
        => Assert.Equal(expected, Matches(new NumberRange("a") { Gt = 1, Lte = 2 }, payload));

    [Theory]
    [InlineData("2024-03-01T12:00:00Z", true)]
    [InlineData("2024-03-01T13:00:00+01:00", true)]
    [InlineData("2024-03-01T11:59:59.9999999Z", false)]
    [InlineData("2024-03-01 12:00", true)]
    [InlineData("2024-03-01", false)]
    [InlineData("2024-03-02", true)]
    [InlineData("2024-13-02", false)]
    [InlineData("2024-02-30T00:00:00Z", false)]
    [InlineData("2024-03-01T24:00:00Z", false)]
    [InlineData("2024-03-01T12:00:00X", false)]
    [InlineData("yesterday", false)]
    public void DatetimeRange_FromNoon_OfTexts(string time, bool expected)
        => Assert.Equal(
            expected,
            Matches(
                new DatetimeRange("a") { Gte = new DateTimeOffset(2024, 3, 1, 12, 0, 0, TimeSpan.Zero) },
                $"{{'a':'{time}'}}"));

    [Fact]
    public void DatetimeRange_OfATimestamp()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new MessagePack.MessagePackWriter(buffer);
        writer.WriteMapHeader(1);
        writer.Write("a");
        writer.Write(new DateTime(2024, 3, 1, 12, 0, 0, DateTimeKind.Utc));
        writer.Flush();
        var noon = new DateTimeOffset(2024, 3, 1, 13, 0, 0, TimeSpan.FromHours(1));
        Assert.True(Matches(new DatetimeRange("a") { Gte = noon, Lte = noon }, buffer.WrittenSpan));
        Assert.False(Matches(new DatetimeRange("a") { Gt = noon }, buffer.WrittenSpan));
    }

    [Theory]
    [InlineData("{'a':{'lat':52.5,'lon':13.4}}", true)]
    [InlineData("{'a':[{'lat':0,'lon':0},{'lon':13.4,'lat':52.5,'name':'x'}]}", true)]
    [InlineData("{'a':{'lat':48.1,'lon':11.6}}", false)]
    [InlineData("{'a':{'lat':52.5}}", false)]
    [InlineData("{'a':{'lat':'52.5','lon':13.4}}", false)]
    [InlineData("{'a':{'lat':152.5,'lon':13.4}}", false)]
    public void GeoRadius_OfTenKilometres(string payload, bool expected)
        => Assert.Equal(expected, Matches(new GeoRadius("a", new GeoPoint(52.52, 13.405), 10_000), payload));

    [Fact]
    public void GeoRadius_IsInMetresOnTheSphere()
    {
        // Berlin to Munich: 504.2 km on the sphere of the mean radius.
        var berlin = new GeoPoint(52.5200, 13.4050);
        const string Munich = "{'a':{'lat':48.1351,'lon':11.5820}}";
        Assert.False(Matches(new GeoRadius("a", berlin, 504_000), Munich));
        Assert.True(Matches(new GeoRadius("a", berlin, 504_500), Munich));
    }

    [Theory]
    [InlineData(179, true)]
    [InlineData(-179, true)]
    [InlineData(180, true)]
    [InlineData(-180, true)]
    [InlineData(0, false)]
    public void GeoBox_AcrossThe180thMeridian(double longitude, bool expected)
    {
        var box = new GeoBox("a", new GeoPoint(10, 170), new GeoPoint(-10, -170));
        Assert.Equal(expected, Matches(box, $"{{'a':{{'lat':0,'lon':{longitude}}}}}"));
    }

    [Theory]
    [InlineData("{}", true, false)]
    [InlineData("{'a':null}", true, true)]
    [InlineData("{'a':[]}", true, false)]
    [InlineData("{'a':[null]}", false, false)]
    [InlineData("{'a':0}", false, false)]
    [InlineData("{'a':''}", false, false)]
    [InlineData("{'a':{}}", false, false)]
    public void IsEmpty_And_IsNull(string payload, bool isEmpty, bool isNull)
    {
        Assert.Equal(isEmpty, Matches(new IsEmpty("a"), payload));
        Assert.Equal(isNull, Matches(new IsNull("a"), payload));
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("{'a':null}", 0)]
    [InlineData("{'a':[]}", 0)]
    [InlineData("{'a':'xyz'}", 1)]
    [InlineData("{'a':{'b':1,'c':2}}", 1)]
    [InlineData("{'a':[1,null,[]]}", 3)]
    public void ValuesCount_Counts(string payload, int count)
    {
        for (int n = 0; n < 5; n++)
        {
            Assert.Equal(n == count, Matches(new ValuesCount("a") { Gte = n, Lte = n }, payload));
        }
    }

    [Fact]
    public void Nested_IsAboutOneElement()
    {
        const string Payload = "{'a':[{'food':'leaves','likes':false},{'food':'meat','likes':true}]}";
        Filter likes = new() { Must = [new MatchValue("food", "leaves"), new MatchValue("likes", true)] };
        Filter any = new()
        {
            Must = [new MatchValue("a[].food", "leaves"), new MatchValue("a[].likes", true)],
        };
        Assert.False(Matches(new Nested("a", likes), Payload));
        Assert.False(Matches(new Nested("a[]", likes), Payload));
        Assert.True(Matches(any, Payload));
        Filter dislikes = new()
        {
            Must = [new MatchValue("food", "leaves")],
            MustNot = [new MatchValue("likes", true)],
        };
        Assert.True(Matches(new Nested("a", dislikes), Payload));
        Assert.False(Matches(new Nested("b", new Filter()), Payload));
        Assert.True(Matches(new Nested("a", new Filter { Must = [new HasId([7UL])] }), Payload, 7UL));
    }

    [Theory]
    [InlineData("a.b", true)]
    [InlineData("a[].b", false)]
    [InlineData("c[].d", true)]
    [InlineData("c.d", false)]
    [InlineData("c[1].d", true)]
    [InlineData("c[0].d", false)]
    [InlineData("~e.f~", true)]
    [InlineData("e.f", false)]
    public void Paths_LeadWhereDocumented(string path, bool expected)
        => Assert.Equal(
            expected,
            Matches(
                new MatchValue(path.Replace('~', '"'), 1),
                "{'a':{'b':1},'c':[{'d':2},{'d':1}],'e.f':1}"));

    [Fact]
    public void Filter_Lists_CombineAsDocumented()
    {
        Condition yes = new HasId([1UL]);
        Condition no = new HasId([]);
        Assert.True(Matches(new Filter(), "{}"));
        Assert.True(Matches(new Filter { Must = [yes, yes] }, "{}"));
        Assert.False(Matches(new Filter { Must = [yes, no] }, "{}"));
        Assert.True(Matches(new Filter { Should = [no, yes] }, "{}"));
        Assert.False(Matches(new Filter { Should = [no, no] }, "{}"));
        Assert.False(Matches(new Filter { Must = [yes], MustNot = [yes] }, "{}"));
        Assert.True(Matches(new Filter { MinShould = new MinShould([yes, no, yes], 2) }, "{}"));
        Assert.False(Matches(new Filter { MinShould = new MinShould([yes, no, no], 2) }, "{}"));
        Assert.True(Matches(new Filter { Must = [new Filter { Should = [no, yes] }] }, "{}"));
    }

    [Fact]
    public void Prepare_BeyondALimit_IsRefused()
    {
        Condition[] many = [.. Enumerable.Repeat(new IsNull("a"), IndexLimits.FilterConditionsMax + 1)];
        Key[] keys = [.. Enumerable.Range(0, IndexLimits.FilterValuesMax + 1).Select(i => (Key)(ulong)i)];
        var deep = new Filter();
        for (int i = 0; i < IndexLimits.FilterDepthMax; i++)
        {
            deep = new Filter { Must = [deep] };
        }

        string words = string.Join(' ', Enumerable.Range(0, IndexLimits.QueryTokensMax + 1));
        Refused(new Filter { Must = many });
        Refused(new Filter { Must = [new HasId(keys)] });
        Refused(deep);
        Refused(new Filter { Must = [new MatchText("a", words)] });
        Refused(new Filter { Must = [new NumberRange("a") { Gt = double.NaN }] });
        Refused(new Filter { Must = [new GeoRadius("a", new GeoPoint(91, 0), 1)] });
        Refused(new Filter { Must = [new GeoRadius("a", new GeoPoint(0, 0), -1)] });
        Refused(new Filter { Must = [new GeoBox("a", new GeoPoint(0, 0), new GeoPoint(1, 0))] });
        Refused(new Filter { MinShould = new MinShould([], -1) });
        Assert.Throws<PayloadException>(
            () => PreparedFilter.Prepare(new Filter { Must = [new IsNull("a..b")] }));
    }

    [Fact]
    public void Matches_MutatedPayloads_NeverThrows()
    {
        const ulong Seed = 11;
        var random = new SplitMix64(Seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] payload = Payload(RandomPayloads.Map(ref random).ToJsonString());
            payload[random.Below(payload.Length)] = (byte)random.Next();
            _ = PreparedFilter.Prepare(RandomFilters.Filter(ref random)).Matches(1UL, payload);
        }
    }

    private static void Refused(Filter filter)
        => Assert.Throws<FilterException>(() => PreparedFilter.Prepare(filter));

    /// <summary>By scanning, and by every index that there could be.</summary>
    private static bool Matches(Condition condition, string payload, ulong key = 1)
    {
        bool scanned = Matches(condition, Payload(payload), key);
        JsonNode other = new JsonObject { ["a"] = "other" };
        JsonNode json = JsonNode.Parse(payload.Replace('\'', '"'))!;
        MemoryRows rows = MemoryRows.Of([.. Enumerable.Repeat(other, (int)key), json, other]);
        foreach (PayloadIndexKind kind in Enum.GetValues<PayloadIndexKind>())
        {
            rows.Indexes = PayloadIndexes.Open(
                new IndexBytes(rows.BuildIndexes(new("a", kind), new("c[].d", kind))), rows.RowCount);
            Assert.Equal(
                scanned, rows.Evaluate(new Filter { Must = [condition] }).Contains((int)key));
        }

        return scanned;
    }

    private static bool Matches(Condition condition, ReadOnlySpan<byte> payload, ulong key = 1)
        => PreparedFilter.Prepare(new Filter { Must = [condition] }).Matches(key, payload);

    private static byte[] Payload(string json)
        => PayloadJson.FromJson(System.Text.Encoding.UTF8.GetBytes(json.Replace('\'', '"')));
}
