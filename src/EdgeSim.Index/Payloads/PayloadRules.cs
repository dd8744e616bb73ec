using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// What a payload is: one MessagePack map with texts as keys, no key twice in one map, and nil, booleans,
/// integers, floats, texts in UTF-8, binary data, times (years 1 to 9999), arrays and such maps as values; at
/// most <see cref="IndexLimits.PayloadBytesMax"/> bytes and <see cref="IndexLimits.PayloadDepthMax"/> levels.
/// No bytes at all are the empty map.
/// </summary>
public static class PayloadRules
{
    /// <summary>
    /// Checks a payload from outside, once; what is stored is taken to have passed. O(bytes); maps of more
    /// than eight pairs borrow 8 bytes a pair.
    /// </summary>
    /// <exception cref="PayloadException">It breaks a rule; the message says which and where.</exception>
    public static void Check(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > IndexLimits.PayloadBytesMax)
        {
            throw new PayloadException(
                $"The payload has {payload.Length} bytes; at most {IndexLimits.PayloadBytesMax} are allowed. "
                + "Store large things elsewhere and their place here.");
        }

        if (payload.IsEmpty)
        {
            return;
        }

        var check = new Checking(payload, stackalloc Place[IndexLimits.PayloadDepthMax + 1]);
        check.Run();
    }

    private readonly record struct Place(int KeyStart, int KeyLength, int Element);

    private ref struct Checking(ReadOnlySpan<byte> payload, Span<Place> places)
    {
        private readonly ReadOnlySpan<byte> _payload = payload;
        private readonly Span<Place> _places = places;
        private PayloadCursor _cursor = new(payload);
        private int _depth;

        public void Run()
        {
            PayloadToken top = _cursor.Read();
            if (top.Kind != PayloadKind.Map)
            {
                Throw($"is {Name(top.Kind)}, not a map");
            }

            Map(0, top.Count);
            if (!_cursor.End)
            {
                _depth = -1;
                Throw(
                    $"ends at byte {_cursor.Position}, and "
                    + $"{_payload.Length - _cursor.Position} bytes follow");
            }
        }

        private void Value()
        {
            int start = _cursor.Position;
            PayloadToken token = _cursor.Read();
            switch (token.Kind)
            {
                case PayloadKind.Broken:
                    Throw($"is no MessagePack, or cut, from byte {start} on");
                    break;
                case PayloadKind.Extension:
                    Throw(
                        "is an extension that is no time of the years 1 to 9999; "
                        + "of the extensions only timestamps are allowed");
                    break;
                case PayloadKind.Text when !Utf8.IsValid(token.Bytes):
                    Throw("is a text that is not UTF-8; send other bytes as binary data");
                    break;
                case PayloadKind.Array:
                    Enter();
                    for (int i = 0; i < token.Count; i++)
                    {
                        _places[_depth] = new Place(0, 0, i);
                        Value();
                    }

                    _depth--;
                    break;
                case PayloadKind.Map:
                    Enter();
                    Map(start, token.Count);
                    _depth--;
                    break;
                default:
                    break;
            }
        }

        private void Enter()
        {
            // The top map is level 1.
            if (_depth + 2 > IndexLimits.PayloadDepthMax)
            {
                Throw($"nests deeper than {IndexLimits.PayloadDepthMax} levels, the most allowed");
            }

            _depth++;
        }

        private void Map(int start, int count)
        {
            using var keys = new KeyTable(_payload[start..]);
            for (int i = 0; i < count; i++)
            {
                int at = _cursor.Position;
                PayloadToken key = _cursor.Read();
                _places[_depth] = default;
                if (key.Kind != PayloadKind.Text)
                {
                    _depth--;
                    Throw($"has {Name(key.Kind)} as a key; keys are texts");
                }

                _places[_depth] = new Place(_cursor.Position - key.Bytes.Length, key.Bytes.Length, -1);
                if (!Utf8.IsValid(key.Bytes))
                {
                    Throw("has a key that is not UTF-8");
                }

                if (keys.Find(key.Bytes) != at - start)
                {
                    Throw("stands twice in its map; a key may stand once");
                }

                Value();
            }
        }

        private readonly string Where()
        {
            var path = new StringBuilder();
            for (int i = 0; i <= _depth && i < _places.Length; i++)
            {
                Place place = _places[i];
                if (place.Element >= 0)
                {
                    path.Append(CultureInfo.InvariantCulture, $"[{place.Element}]");
                }
                else
                {
                    path.Append(path.Length == 0 ? "" : ".")
                        .Append(Encoding.UTF8.GetString(_payload.Slice(place.KeyStart, place.KeyLength)));
                }
            }

            const int LengthMax = 200;
            return path.Length > LengthMax ? path.ToString(0, LengthMax) + "..." : path.ToString();
        }

        [DoesNotReturn]
        private readonly void Throw(string what)
        {
            bool isTop = _depth < 0 || _places[0].KeyStart == 0;
            string where = isTop ? "The payload" : $"Payload field '{Where()}'";
            throw new PayloadException($"{where} {what}.");
        }

        private static string Name(PayloadKind kind) => kind switch
        {
            PayloadKind.Broken => "no whole MessagePack value",
            PayloadKind.Nil => "nil",
            PayloadKind.Boolean => "a boolean",
            PayloadKind.Integer => "an integer",
            PayloadKind.Float => "a float",
            PayloadKind.Text => "a text",
            PayloadKind.Binary => "binary data",
            PayloadKind.Timestamp => "a timestamp",
            PayloadKind.Extension => "an extension",
            PayloadKind.Array => "an array",
            _ => "a map",
        };
    }
}
