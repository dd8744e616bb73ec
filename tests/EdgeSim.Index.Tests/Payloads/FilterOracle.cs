using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>
/// The meaning of filters, written down as plainly as possible over JSON: no UTF-8, no index, no short cuts.
/// </summary>
internal static class FilterOracle
{
    public static bool Matches(Condition condition, Key key, JsonNode? payload) => condition switch
    {
        Filter f => f.Must.All(c => Matches(c, key, payload))
            && !f.MustNot.Any(c => Matches(c, key, payload))
            && (f.Should.Count == 0 || f.Should.Any(c => Matches(c, key, payload)))
            && (f.MinShould is null
                || f.MinShould.Conditions.Count(c => Matches(c, key, payload)) >= f.MinShould.Count),
        HasId ids => ids.Keys.Contains(key),
        Nested n => Values(payload, n.Path.EndsWith("[]", StringComparison.Ordinal) ? n.Path : n.Path + "[]")
            .Any(element => element is JsonObject && Matches(n.Filter, key, element)),
        IsEmpty e => Values(payload, e.Path).All(v => v is null or JsonArray { Count: 0 }),
        IsNull n => Values(payload, n.Path).Any(v => v is null),
        ValuesCount c => Counts(payload, c.Path).Any(n =>
            !(n <= c.Gt) && !(n < c.Gte) && !(n >= c.Lt) && !(n > c.Lte)),
        MatchValue m => Elements(payload, m.Path).Any(v => Equal(v, m.Value)),
        MatchAny m => Elements(payload, m.Path).Any(v => m.Values.Any(w => Equal(v, w))),
        MatchExcept m => Elements(payload, m.Path).Any(v => v is not null && !m.Values.Any(w => Equal(v, w))),
        MatchText t => Elements(payload, t.Path).Any(v => Text(v) is { } text && HasWords(text, t.Text)),
        NumberRange r => Elements(payload, r.Path).Any(v => Number(v) is { } n
            && !(n <= r.Gt) && !(n < r.Gte) && !(n >= r.Lt) && !(n > r.Lte)),
        DatetimeRange r => Elements(payload, r.Path).Any(v => Time(v) is { } t
            && !(t <= r.Gt) && !(t < r.Gte) && !(t >= r.Lt) && !(t > r.Lte)),
        GeoRadius g => Elements(payload, g.Path).Any(v => Place(v) is { } p
            && GeoShape.Distance(g.Center.Latitude, g.Center.Longitude, p.Latitude, p.Longitude) <= g.Meters),
        GeoBox b => Elements(payload, b.Path).Any(v => Place(v) is { } p && InBox(b, p)),
        _ => throw new ArgumentException(condition.ToString()),
    };

    private static bool InBox(GeoBox box, GeoPoint p)
    {
        bool isAcross = box.TopLeft.Longitude > box.BottomRight.Longitude;
        bool isWithin = isAcross
            ? p.Longitude >= box.TopLeft.Longitude || p.Longitude <= box.BottomRight.Longitude
            : p.Longitude >= box.TopLeft.Longitude && p.Longitude <= box.BottomRight.Longitude;
        return isWithin && p.Latitude <= box.TopLeft.Latitude && p.Latitude >= box.BottomRight.Latitude;
    }

    /// <summary>The values at a path; keys here are of letters only.</summary>
    private static List<JsonNode?> Values(JsonNode? payload, string path)
    {
        List<JsonNode?> values = [payload];
        foreach (string part in path.Replace("[", ".[").Split('.'))
        {
            List<JsonNode?> next = [];
            foreach (JsonNode? value in values)
            {
                if (part == "[]" && value is JsonArray all)
                {
                    next.AddRange(all);
                }
                else if (part[0] == '[' && part != "[]" && value is JsonArray array)
                {
                    next.AddRange(array.Skip(int.Parse(part[1..^1], CultureInfo.InvariantCulture)).Take(1));
                }
                else if (part[0] != '[' && value is JsonObject map
                    && map.TryGetPropertyValue(part, out JsonNode? v))
                {
                    next.Add(v);
                }
            }

            values = next;
        }

        return values;
    }

    private static IEnumerable<JsonNode?> Elements(JsonNode? payload, string path)
        => Values(payload, path).SelectMany(v => v is JsonArray array ? array : (IEnumerable<JsonNode?>)[v]);

    private static IEnumerable<int> Counts(JsonNode? payload, string path)
    {
        List<JsonNode?> values = Values(payload, path);
        return values.Count == 0
            ? [0]
            : values.Select(v => v is null ? 0 : v is JsonArray array ? array.Count : 1);
    }

    private static bool Equal(JsonNode? value, PayloadValue wanted)
        => (wanted.Text is { } text && Text(value) == text)
            || (wanted.Number is { } number && Whole(value) == number)
            || (wanted.Flag is { } flag
                && value?.GetValueKind() == (flag ? JsonValueKind.True : JsonValueKind.False));

    private static string? Text(JsonNode? value)
        => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static double? Number(JsonNode? value)
        => value?.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
            : null;

    private static long? Whole(JsonNode? value)
        => value?.GetValueKind() == JsonValueKind.Number
            && long.TryParse(
                value.ToJsonString(),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out long number)
            ? number
            : null;

    /// <summary>The few forms that the random texts have.</summary>
    private static DateTimeOffset? Time(JsonNode? value)
        => Text(value) is { Length: >= 10 } text
            && DateTimeOffset.TryParseExact(
                text,
                ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset time)
            ? time
            : null;

    private static GeoPoint? Place(JsonNode? value)
        => value is JsonObject map && Number(map["lat"]) is { } lat && Number(map["lon"]) is { } lon
            && Math.Abs(lat) <= 90 && Math.Abs(lon) <= 180
            ? new GeoPoint(lat, lon)
            : null;

    private static bool HasWords(string text, string query)
        => Words(query) is { Count: > 0 } wanted && wanted.IsSubsetOf(Words(text));

    private static HashSet<string> Words(string text)
        =>
        [
            .. string.Concat(text.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' '))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
}
