using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>
/// Random payloads and random filters: the rows found are those that the oracle names, with any indexes and
/// without, and their number lies within the estimate.
/// </summary>
public sealed class FilterLawTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_240_614;
    private static readonly PayloadIndexKind[] Kinds = Enum.GetValues<PayloadIndexKind>();

    [Fact]
    public void Evaluate_AnyFilterAnyIndexes_IsWhatTheOracleSays()
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        var evaluator = new FilterEvaluator();
        long matches = 0;
        long asked = 0;
        for (int round = 0; round < 60; round++)
        {
            JsonNode[] payloads = Payloads(ref random, 1 + random.Below(150));
            MemoryRows rows = MemoryRows.Of(payloads);
            MemoryRows indexed = MemoryRows.Of(payloads);
            for (int i = random.Below(round % 3 == 0 ? 1 : 20); i > 0; i--)
            {
                int row = random.Below(rows.RowCount);
                rows.Kill(row);
                indexed.Kill(row);
            }

            indexed.Indexes = PayloadIndexes.Open(
                new IndexBytes(indexed.BuildIndexes(Fields(ref random))), indexed.RowCount);
            for (int i = 0; i < 80; i++)
            {
                Filter filter = i % 2 == 0
                    ? RandomFilters.Filter(ref random)
                    : new Filter { Must = [RandomFilters.Condition(ref random, 1)] };
                List<int> expected =
                [
                    .. Enumerable.Range(0, rows.RowCount).Where(
                        row => rows.IsLive(row) && FilterOracle.Matches(filter, (ulong)row, payloads[row])),
                ];
                string what = $"round {round}, filter {i}: {Text(filter)}";
                Same(expected, rows.Evaluate(filter, evaluator), payloads, what);
                Same(expected, indexed.Evaluate(filter, evaluator), payloads, "indexed, " + what);
                Within(expected.Count, rows, filter, what);
                Within(expected.Count, indexed, filter, "indexed, " + what);
                matches += expected.Count;
                asked += rows.LiveCount;
            }
        }

        double share = (double)matches / asked;
        output.WriteLine($"{asked} questions, {share:P0} yes");
        Assert.InRange(share, 0.05, 0.95);
    }

    [Fact]
    public void Matches_AfterPreparation_AllocatesNothing()
    {
        var random = new SplitMix64(Seed + 1);
        MemoryRows rows = MemoryRows.Of(Payloads(ref random, 200));
        for (int i = 0; i < 200; i++)
        {
            PreparedFilter filter = PreparedFilter.Prepare(RandomFilters.Filter(ref random));
            _ = Count(filter, rows);
            long least = long.MaxValue;
            for (int round = 0; round < 5 && least > 0; round++)
            {
                // What allocates does so every time; a method may be compiled anew meanwhile.
                long before = GC.GetAllocatedBytesForCurrentThread();
                _ = Count(filter, rows);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }

    internal static JsonNode[] Payloads(ref SplitMix64 random, int count)
    {
        var payloads = new JsonNode[count];
        for (int i = 0; i < count; i++)
        {
            payloads[i] = RandomPayloads.Map(ref random);
        }

        return payloads;
    }

    internal static PayloadIndexField[] Fields(ref SplitMix64 random)
    {
        var fields = new HashSet<PayloadIndexField>();
        for (int i = random.Below(30); i >= 0; i--)
        {
            fields.Add(new PayloadIndexField(
                RandomFilters.Paths[random.Below(RandomFilters.Paths.Length)],
                Kinds[random.Below(Kinds.Length)]));
        }

        return [.. fields];
    }

    private static int Count(PreparedFilter filter, MemoryRows rows)
    {
        int count = 0;
        for (int row = 0; row < rows.RowCount; row++)
        {
            count += filter.Matches(rows.Key(row), rows.Payload(row)) ? 1 : 0;
        }

        return count;
    }

    private static void Within(int count, MemoryRows rows, Filter filter, string what)
    {
        Cardinality estimate = FilterEvaluator.Estimate(PreparedFilter.Prepare(filter), rows);
        Assert.True(
            estimate.Min <= count && count <= estimate.Max
                && estimate.Min <= estimate.Expected && estimate.Expected <= estimate.Max,
            $"{count} rows, estimated {estimate}; {what}");
    }

    private static void Same(List<int> expected, List<int> found, JsonNode[] payloads, string what)
    {
        int wrong = expected.Except(found).Concat(found.Except(expected)).FirstOrDefault(-1);
        if (wrong >= 0)
        {
            Assert.Fail(
                $"row {wrong} is {(found.Contains(wrong) ? "found" : "not found")}: "
                + $"{payloads[wrong].ToJsonString()}; {what}");
        }
    }

    private static string Text(Condition condition) => condition switch
    {
        Filter f => $"(must {List(f.Must)} should {List(f.Should)} not {List(f.MustNot)} "
            + $"min {f.MinShould?.Count} {List(f.MinShould?.Conditions ?? [])})",
        Nested n => $"{n.Path}{Text(n.Filter)}",
        MatchAny m => $"any {m.Path} {string.Join(',', m.Values)}",
        MatchExcept m => $"except {m.Path} {string.Join(',', m.Values)}",
        HasId h => $"ids {string.Join(',', h.Keys)}",
        _ => condition.ToString(),
    };

    private static string List(IReadOnlyList<Condition> list) => $"[{string.Join("; ", list.Select(Text))}]";
}
