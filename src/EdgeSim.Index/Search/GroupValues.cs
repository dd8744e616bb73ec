using System.Buffers.Binary;
using System.Text;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Search;

/// <summary>
/// The values that say in which groups a row is, as bytes that are equal, and ordered, as the values are:
/// integers first. Reused from row to row.
/// </summary>
internal sealed class GroupValues(PayloadPath path)
{
    private const byte IntegerTag = 1;
    private const byte TextTag = 2;

    private readonly List<(int Start, int End)> _values = [];
    private byte[] _bytes = new byte[256];
    private int _used;
    private bool _isMixed;

    internal int Count => _isMixed ? 0 : _values.Count;

    internal ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_values[index].Start.._values[index].End);

    /// <summary>Reads the values of a row; none where one of another kind is among them. O(payload).</summary>
    internal void Read(ReadOnlySpan<byte> payload)
    {
        _values.Clear();
        _used = 0;
        _isMixed = false;
        var visitor = new Visitor(this);
        _ = PayloadWalk.Any(payload, path.Parts, ref visitor);
    }

    /// <summary>The value that bytes stand for.</summary>
    internal static PayloadValue ValueOf(ReadOnlySpan<byte> bytes)
        => bytes[0] == TextTag
            ? new PayloadValue(Encoding.UTF8.GetString(bytes[1..]))
            : new PayloadValue(
                (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes[1..]) ^ (1UL << 63)));

    private void Add(PayloadToken token)
    {
        if (token.Kind == PayloadKind.Text)
        {
            Span<byte> bytes = Take(1 + token.Bytes.Length);
            bytes[0] = TextTag;
            token.Bytes.CopyTo(bytes[1..]);
        }
        else if (token.Kind == PayloadKind.Integer && !token.IsHuge)
        {
            Span<byte> bytes = Take(1 + sizeof(ulong));
            bytes[0] = IntegerTag;
            BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], (ulong)token.Number ^ (1UL << 63));
        }
        else
        {
            _isMixed = true;
        }
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - _used < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + count));
        }

        _values.Add((_used, _used + count));
        _used += count;
        return _bytes.AsSpan(_used - count, count);
    }

    private readonly struct Visitor(GroupValues values) : ILeafVisitor
    {
        public bool Visit(ReadOnlySpan<byte> value)
        {
            var cursor = new PayloadCursor(value);
            PayloadToken token = cursor.Read();
            if (token.Kind != PayloadKind.Array)
            {
                values.Add(token);
                return values._isMixed;
            }

            for (int i = token.Count; i > 0 && !values._isMixed; i--)
            {
                // An array or a map within the array ends the walk, so what follows it is not misread.
                values.Add(cursor.Read());
            }

            return values._isMixed;
        }
    }
}
