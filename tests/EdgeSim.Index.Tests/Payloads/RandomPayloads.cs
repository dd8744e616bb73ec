using System.Text.Json.Nodes;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>Random payloads as JSON: few keys and few values, so that filters meet them.</summary>
internal static class RandomPayloads
{
    private static readonly string[] Keys = ["a", "b", "c", "d"];

    private static readonly string[] Texts =
    [
        "red", "green", "Blue sky", "red GREEN blue", "", "Äpfel über-alles 42", "2024-03-01T12:00:00Z",
        "2024-03-01T13:00:00.5+01:00", "2023-12-31", "2024-02-30T00:00:00Z", "42",
    ];

    public static JsonObject Map(ref SplitMix64 random, int depth = 3)
    {
        var map = new JsonObject();
        foreach (string key in Keys)
        {
            if (random.Below(3) > 0)
            {
                map[key] = Value(ref random, depth);
            }
        }

        return map;
    }

    public static JsonNode? Value(ref SplitMix64 random, int depth) => random.Below(depth > 0 ? 13 : 9) switch
    {
        0 => null,
        1 => random.Below(2) == 0,
        2 or 3 => random.Below(7) - 3,
        4 => (random.Below(14) - 7) / 2.0,
        5 => random.Below(2) == 0 ? long.MaxValue : ulong.MaxValue,
        6 or 7 or 8 => Texts[random.Below(Texts.Length)],
        9 => Geo(ref random),
        10 => Map(ref random, depth - 1),
        _ => Array(ref random, depth - 1),
    };

    public static JsonObject Geo(ref SplitMix64 random) => new()
    {
        ["lat"] = random.Below(200) - 100,
        ["lon"] = (random.Below(800) / 2.0) - 200,
    };

    private static JsonArray Array(ref SplitMix64 random, int depth)
    {
        var array = new JsonArray();
        int kind = random.Below(3);
        for (int i = random.Below(4); i > 0; i--)
        {
            array.Add(kind == 0 && depth > 0 ? Map(ref random, depth) : Value(ref random, depth));
        }

        return array;
    }
}
