using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>Random filters over what <see cref="RandomPayloads"/> make.</summary>
internal static class RandomFilters
{
    public static readonly string[] Paths =
        ["a", "b", "c", "a.b", "b.c", "a[].b", "b[]", "c[0]", "a.b.c", "c[].d", "d"];

    private static readonly string[] Texts =
        ["red", "green", "Blue sky", "RED blue", "sky", "42", "", "äpfel", "über alles", "--"];

    public static Filter Filter(ref SplitMix64 random, int depth = 2) => new()
    {
        Must = List(ref random, depth, 3),
        Should = List(ref random, depth, 3),
        MustNot = List(ref random, depth, 2),
        MinShould = random.Below(4) == 0
            ? new MinShould(List(ref random, depth, 4), random.Below(4))
            : null,
    };

    private static List<Condition> List(ref SplitMix64 random, int depth, int end)
    {
        var list = new List<Condition>();
        for (int i = random.Below(end); i > 0; i--)
        {
            list.Add(Condition(ref random, depth));
        }

        return list;
    }

    public static Condition Condition(ref SplitMix64 random, int depth)
    {
        string path = Paths[random.Below(Paths.Length)];
        switch (random.Below(depth > 0 ? 15 : 13))
        {
            case 0:
                return new MatchValue(path, Value(ref random));
            case 1:
                return new MatchAny(path, Values(ref random));
            case 2:
                return new MatchExcept(path, Values(ref random));
            case 3:
                return new MatchText(path, Texts[random.Below(Texts.Length)]);
            case 4 or 5:
                return new NumberRange(path)
                {
                    Gt = Bound(ref random),
                    Gte = Bound(ref random),
                    Lt = Bound(ref random),
                    Lte = Bound(ref random),
                };
            case 6:
                return new DatetimeRange(path)
                {
                    Gte = random.Below(2) == 0 ? Noon.AddHours(random.Below(3) - 1) : null,
                    Gt = random.Below(3) == 0 ? Noon.AddDays(-100) : null,
                    Lt = random.Below(2) == 0 ? Noon.AddHours(random.Below(3)) : null,
                };
            case 7:
                return new GeoRadius(path, Place(ref random), random.Below(12_000) * 1000.0);
            case 8:
                GeoPoint one = Place(ref random);
                GeoPoint other = Place(ref random);
                return new GeoBox(
                    path,
                    one with { Latitude = Math.Max(one.Latitude, other.Latitude) },
                    other with { Latitude = Math.Min(one.Latitude, other.Latitude) });
            case 9:
                return new IsEmpty(path);
            case 10:
                return new IsNull(path);
            case 11:
                return new ValuesCount(path)
                {
                    Gt = Count(ref random),
                    Gte = Count(ref random),
                    Lt = Count(ref random),
                    Lte = Count(ref random),
                };
            case 12:
                return new HasId([(ulong)random.Below(60), (ulong)random.Below(60), (ulong)random.Below(60)]);
            case 13:
                return new Nested(path, Filter(ref random, depth - 1));
            default:
                return Filter(ref random, depth - 1);
        }
    }

    private static DateTimeOffset Noon => new(2024, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static PayloadValue Value(ref SplitMix64 random) => random.Below(6) switch
    {
        0 => random.Below(2) == 0,
        1 or 2 => random.Below(9) - 4L,
        3 => long.MaxValue,
        _ => Texts[random.Below(Texts.Length)],
    };

    private static List<PayloadValue> Values(ref SplitMix64 random)
    {
        var values = new List<PayloadValue>();
        bool isOneKind = random.Below(2) == 0;
        for (int i = random.Below(4); i > 0; i--)
        {
            values.Add(isOneKind ? Texts[random.Below(Texts.Length)] : Value(ref random));
        }

        return values;
    }

    private static double? Bound(ref SplitMix64 random)
        => random.Below(3) == 0 ? (random.Below(16) - 8) / 2.0 : null;

    private static int? Count(ref SplitMix64 random) => random.Below(3) == 0 ? random.Below(4) : null;

    private static GeoPoint Place(ref SplitMix64 random)
        => new(random.Below(181) - 90, (random.Below(721) / 2.0) - 180);
}
