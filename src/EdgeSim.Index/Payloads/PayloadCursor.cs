using MessagePack;
using DecodeResult = MessagePack.MessagePackPrimitives.DecodeResult;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// Walks MessagePack in place, without copying or allocating. It takes any bytes: what is cut or no
/// MessagePack reads as <see cref="PayloadKind.Broken"/>, and nothing is read beyond it. Counts of maps and
/// arrays never exceed the bytes that are left.
/// </summary>
internal ref struct PayloadCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public readonly bool End => Position == _bytes.Length;

    private readonly int Left => _bytes.Length - Position;

    /// <summary>The pairs of a payload, or 0 for an empty one and for one that is no map.</summary>
    public int ReadPayloadHeader()
    {
        if (End)
        {
            return 0;
        }

        PayloadToken token = Read();
        return token.Kind == PayloadKind.Map ? token.Count : 0;
    }

    /// <summary>The next scalar whole, or the header of the next map or array.</summary>
    public PayloadToken Read()
    {
        if (End)
        {
            return default;
        }

        ReadOnlySpan<byte> rest = _bytes[Position..];
        switch (MessagePackCode.ToMessagePackType(rest[0]))
        {
            case MessagePackType.Nil:
                Position++;
                return new PayloadToken { Kind = PayloadKind.Nil };
            case MessagePackType.Boolean:
                Position++;
                return new PayloadToken
                {
                    Kind = PayloadKind.Boolean,
                    Number = rest[0] == MessagePackCode.True ? 1 : 0,
                };
            case MessagePackType.Integer:
                return ReadInteger(rest);
            case MessagePackType.Float:
                return Take(MessagePackPrimitives.TryReadDouble(rest, out double value, out int size), size)
                    ? new PayloadToken { Kind = PayloadKind.Float, Float = value }
                    : Broken();
            case MessagePackType.String:
                return Take(MessagePackPrimitives.TryReadStringHeader(rest, out uint length, out size), size)
                    ? Body(PayloadKind.Text, length)
                    : Broken();
            case MessagePackType.Binary:
                return Take(MessagePackPrimitives.TryReadBinHeader(rest, out length, out size), size)
                    ? Body(PayloadKind.Binary, length)
                    : Broken();
            case MessagePackType.Array:
                return Take(MessagePackPrimitives.TryReadArrayHeader(rest, out uint count, out size), size)
                    ? Container(PayloadKind.Array, count)
                    : Broken();
            case MessagePackType.Map:
                return Take(MessagePackPrimitives.TryReadMapHeader(rest, out count, out size), size)
                    ? Container(PayloadKind.Map, count)
                    : Broken();
            case MessagePackType.Extension:
                return ReadExtension(rest);
            default:
                return Broken();
        }
    }

    /// <summary>The bytes of the next value with all that is in it; empty where it is broken.</summary>
    public ReadOnlySpan<byte> Take()
    {
        int start = Position;
        return Skip() ? _bytes[start..Position] : default;
    }

    /// <summary>Passes over the next value with all that is in it; false where it is broken.</summary>
    public bool Skip()
    {
        for (long owed = 1; owed > 0; owed--)
        {
            PayloadToken token = Read();
            switch (token.Kind)
            {
                case PayloadKind.Broken:
                    return false;
                case PayloadKind.Array:
                    owed += token.Count;
                    break;
                case PayloadKind.Map:
                    owed += 2L * token.Count;
                    break;
                default:
                    break;
            }
        }

        return true;
    }

    private PayloadToken ReadInteger(ReadOnlySpan<byte> rest)
    {
        if (rest[0] == MessagePackCode.UInt64)
        {
            return Take(MessagePackPrimitives.TryReadUInt64(rest, out ulong large, out int bytes), bytes)
                ? new PayloadToken
                {
                    Kind = PayloadKind.Integer,
                    Number = (long)large,
                    IsHuge = large > long.MaxValue,
                }
                : Broken();
        }

        return Take(MessagePackPrimitives.TryReadInt64(rest, out long number, out int size), size)
            ? new PayloadToken { Kind = PayloadKind.Integer, Number = number }
            : Broken();
    }

    private PayloadToken ReadExtension(ReadOnlySpan<byte> rest)
    {
        DecodeResult header = MessagePackPrimitives.TryReadExtensionHeader(
            rest, out ExtensionHeader extension, out int size);
        if (header != DecodeResult.Success || extension.Length > (uint)(rest.Length - size))
        {
            return Broken();
        }

        Position += size + (int)extension.Length;
        return MessagePackPrimitives.TryReadDateTime(rest[size..], extension, out DateTime time, out _)
            == DecodeResult.Success
            ? new PayloadToken { Kind = PayloadKind.Timestamp, Number = time.Ticks }
            : new PayloadToken { Kind = PayloadKind.Extension };
    }

    private PayloadToken Body(PayloadKind kind, uint length)
    {
        if (length > (uint)Left)
        {
            return Broken();
        }

        ReadOnlySpan<byte> body = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return new PayloadToken { Kind = kind, Bytes = body };
    }

    private PayloadToken Container(PayloadKind kind, uint count)
        => count * (kind == PayloadKind.Map ? 2L : 1L) > Left
            ? Broken()
            : new PayloadToken { Kind = kind, Number = count };

    private bool Take(DecodeResult result, int size)
    {
        bool isWhole = result == DecodeResult.Success;
        Position += isWhole ? size : 0;
        return isWhole;
    }

    /// <summary>Goes to the end, so that no loop over what follows runs on.</summary>
    private PayloadToken Broken()
    {
        Position = _bytes.Length;
        return default;
    }
}
