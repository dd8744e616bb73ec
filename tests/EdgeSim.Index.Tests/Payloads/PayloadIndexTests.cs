using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

public sealed class PayloadIndexTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_240_615;

    [Fact]
    public void Evaluate_Places_WithAndWithoutIndex_AreTheSame()
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        var places = new JsonNode[4000];
        for (int i = 0; i < places.Length; i++)
        {
            // A third near the 180th meridian, a third near a pole, a third anywhere; borders are among them.
            double lat = 90 - (random.Fraction() * (random.Below(3) == 0 ? 2 : 180));
            double lon = 180 - (random.Fraction() * (random.Below(3) == 0 ? 2 : 360));
            lat = random.Below(50) == 0 ? Math.Round(lat / 90) * 90 : lat;
            lon = random.Below(50) == 0 ? Math.Round(lon / 180) * 180 : lon;
            lon = random.Below(2) == 0 ? -lon : lon;
            places[i] = new JsonObject { ["a"] = new JsonObject { ["lat"] = lat, ["lon"] = lon } };
        }

        MemoryRows rows = MemoryRows.Of(places);
        MemoryRows indexed = Indexed(places, new PayloadIndexField("a", PayloadIndexKind.Geo));
        int found = 0;
        for (int i = 0; i < 400; i++)
        {
            JsonNode near = places[random.Below(places.Length)]["a"]!;
            var center = new GeoPoint((double)near["lat"]!, (double)near["lon"]!);
            double meters = Math.Pow(10, 2 + (random.Fraction() * 5.4));
            Condition condition = i % 4 != 0
                ? new GeoRadius("a", center, meters)
                : new GeoBox(
                    "a",
                    center with { Latitude = Math.Min(90, center.Latitude + (random.Fraction() * 10)) },
                    new GeoPoint(
                        Math.Max(-90, center.Latitude - (random.Fraction() * 10)),
                        (random.Fraction() * 360) - 180));
            var filter = new Filter { Must = [condition] };
            List<int> expected = rows.Evaluate(filter);
            Assert.Equal(expected, indexed.Evaluate(filter));
            Cardinality estimate = FilterEvaluator.Estimate(PreparedFilter.Prepare(filter), indexed);
            Assert.InRange(expected.Count, estimate.Min, estimate.Max);
            found += expected.Count;
        }

        Assert.True(found > 10_000, found.ToString());
        Assert.Equal(places.Length, indexed.PayloadsRead);
    }

    [Fact]
    public void Evaluate_Words_WithAndWithoutIndex_AreTheSame()
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        string[] words = ["Red", "car", "BLUE", "sky", "42"];
        var texts = new JsonNode[500];
        for (int i = 0; i < texts.Length; i++)
        {
            var array = new JsonArray();
            for (int n = random.Below(4); n > 0; n--)
            {
                array.Add($"{words[random.Below(5)]}-{words[random.Below(5)]} {words[random.Below(5)]}");
            }

            texts[i] = new JsonObject { ["a"] = array.Count == 1 ? array[0]!.DeepClone() : array };
        }

        MemoryRows indexed = Indexed(texts, new PayloadIndexField("a", PayloadIndexKind.Text));
        for (int i = 0; i < 200; i++)
        {
            string query = $"{words[random.Below(5)]} {words[random.Below(5)]} {words[random.Below(5)]}";
            var filter = new Filter { Must = [new MatchText("a", query)] };
            List<int> expected =
                [.. Enumerable.Range(0, 500).Where(row => FilterOracle.Matches(filter, 0UL, texts[row]))];
            Assert.Equal(expected, indexed.Evaluate(filter));
            Cardinality estimate = FilterEvaluator.Estimate(PreparedFilter.Prepare(filter), indexed);
            Assert.InRange(expected.Count, estimate.Min, estimate.Max);
        }
    }

    [Fact]
    public void Evaluate_IndexedConditions_ReadNoPayload_AndNarrowTheOthers()
    {
        JsonNode[] payloads =
        [
            .. Enumerable.Range(0, 10_000).Select(
                i => new JsonObject { ["id"] = i, ["tag"] = $"t{i % 100}" }),
        ];
        MemoryRows rows = Indexed(
            payloads,
            new PayloadIndexField("id", PayloadIndexKind.Integer),
            new PayloadIndexField("tag", PayloadIndexKind.Keyword));
        int before = rows.PayloadsRead;
        Condition tag = new MatchValue("tag", "t7");
        Assert.Equal(100, rows.Evaluate(new Filter { Must = [tag] }).Count);
        Assert.Equal(9_900, rows.Evaluate(new Filter { MustNot = [tag] }).Count);
        Condition early = new NumberRange("id") { Lt = 5000 };
        Assert.Equal(50, rows.Evaluate(new Filter { Must = [tag, early] }).Count);
        Assert.Equal(10_000, rows.Evaluate(new Filter { MustNot = [new IsEmpty("id")] }).Count);
        Assert.Equal(before, rows.PayloadsRead);
        AssertAllocatesNothing(new Filter { Must = [tag, early], MustNot = [new IsNull("id")] }, rows);
        before = rows.PayloadsRead;
        Assert.Empty(rows.Evaluate(new Filter { Must = [new MatchValue("none", 1), tag] }));
        Assert.Equal(before + 100, rows.PayloadsRead);
        Assert.Equal(
            new Cardinality(100, 100, 100),
            FilterEvaluator.Estimate(PreparedFilter.Prepare(new Filter { Must = [tag] }), rows));
    }

    [Fact]
    public void Write_TheSameRows_GivesTheSameBytes()
    {
        var random = new SplitMix64(Seed);
        JsonNode[] payloads = FilterLawTests.Payloads(ref random, 300);
        PayloadIndexField[] fields = FilterLawTests.Fields(ref random);
        Assert.Equal(
            MemoryRows.Of(payloads).BuildIndexes(fields), MemoryRows.Of(payloads).BuildIndexes(fields));
    }

    [Fact]
    public void Open_Fields_AreWhatWasWritten()
    {
        PayloadIndexField[] fields =
        [
            new("a[].b", PayloadIndexKind.Geo),
            new("a", PayloadIndexKind.Text),
            new("a", PayloadIndexKind.Keyword),
        ];
        MemoryRows rows = Indexed([new JsonObject()], fields);
        Assert.Equal(fields, rows.Indexes!.Fields);
        Assert.Empty(Indexed([]).Indexes!.Fields);
        Assert.Throws<IndexCorruptException>(
            () => PayloadIndexes.Open(new IndexBytes(rows.BuildIndexes(fields)), 2));
        Assert.Throws<PayloadException>(() => rows.BuildIndexes(fields[0], fields[0]));
        Assert.Throws<PayloadException>(() => rows.BuildIndexes(new PayloadIndexField("", fields[0].Kind)));
    }

    [Fact]
    public void Read_EveryTruncation_IsCorrupt()
    {
        (_, byte[] bytes, int rowCount) = Sample();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<IndexCorruptException>(
                () => PayloadIndexes.Open(new IndexBytes(bytes[..length]), rowCount));
        }
    }

    [Fact]
    public void Read_BitFlips_UnderChecksums_AreTheRightAnswerOrCorrupt()
    {
        output.WriteLine($"seed {Seed}");
        (JsonNode[] payloads, byte[] bytes, int rowCount) = Sample();
        uint[] checksums = IndexBytes.Checksums(bytes);
        MemoryRows rows = MemoryRows.Of(payloads);
        MemoryRows damaged = MemoryRows.Of(payloads);
        var random = new SplitMix64(Seed);
        int right = 0;
        int corrupt = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] flipped = [.. bytes];
            flipped[random.Below(bytes.Length)] ^= (byte)(1 << random.Below(8));
            var filter = new Filter { Must = [RandomFilters.Condition(ref random, 1)] };
            try
            {
                damaged.Indexes = PayloadIndexes.Open(new IndexBytes(flipped, checksums), rowCount);
                Assert.Equal(rows.Evaluate(filter), damaged.Evaluate(filter));
                right++;
            }
            catch (IndexCorruptException)
            {
                corrupt++;
            }
        }

        output.WriteLine($"{right} right, {corrupt} corrupt");
        Assert.True(right > 100 && corrupt > 100);
    }

    [Fact]
    public void Read_BitFlips_WithoutChecksums_GiveAnAnswerOrCorrupt()
    {
        output.WriteLine($"seed {Seed}");
        (JsonNode[] payloads, byte[] bytes, int rowCount) = Sample();
        MemoryRows damaged = MemoryRows.Of(payloads);
        var random = new SplitMix64(Seed);
        for (int i = 0; i < 6000; i++)
        {
            byte[] flipped = [.. bytes];
            for (int flips = random.Below(4); flips >= 0; flips--)
            {
                // Half of the flips hit the directory, where offsets and counts are.
                int from = random.Below(2) == 0 ? Math.Max(0, bytes.Length - 2000) : 0;
                flipped[from + random.Below(bytes.Length - from)] ^= (byte)(1 << random.Below(8));
            }

            PreparedFilter filter = PreparedFilter.Prepare(
                new Filter { Must = [RandomFilters.Condition(ref random, 1)] });
            try
            {
                damaged.Indexes = PayloadIndexes.Open(new IndexBytes(flipped), rowCount);
                Cardinality estimate = FilterEvaluator.Estimate(filter, damaged);
                Assert.InRange(estimate.Max, 0, rowCount);
                var found = new RowBitmap();
                new FilterEvaluator().Evaluate(filter, damaged, found);
                Assert.True(found.Next(rowCount) < 0);
            }
            catch (IndexCorruptException)
            {
                // As promised.
            }
        }
    }

    private static void AssertAllocatesNothing(Filter filter, MemoryRows rows)
    {
        var evaluator = new FilterEvaluator();
        var found = new RowBitmap();
        PreparedFilter prepared = PreparedFilter.Prepare(filter);
        evaluator.Evaluate(prepared, rows, found);
        long before = GC.GetAllocatedBytesForCurrentThread();
        evaluator.Evaluate(prepared, rows, found);
        _ = FilterEvaluator.Estimate(prepared, rows);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static (JsonNode[] Payloads, byte[] Bytes, int RowCount) Sample()
    {
        var random = new SplitMix64(Seed);
        JsonNode[] payloads = FilterLawTests.Payloads(ref random, 40);
        PayloadIndexField[] fields =
        [
            .. Enum.GetValues<PayloadIndexKind>().Select(kind => new PayloadIndexField("a", kind)),
            new("b", PayloadIndexKind.Float),
            new("b[]", PayloadIndexKind.Keyword),
            new("c", PayloadIndexKind.Geo),
        ];
        return (payloads, MemoryRows.Of(payloads).BuildIndexes(fields), payloads.Length);
    }

    private static MemoryRows Indexed(JsonNode[] payloads, params PayloadIndexField[] fields)
    {
        MemoryRows rows = MemoryRows.Of(payloads);
        rows.Indexes = PayloadIndexes.Open(new IndexBytes(rows.BuildIndexes(fields)), rows.RowCount);
        return rows;
    }
}
