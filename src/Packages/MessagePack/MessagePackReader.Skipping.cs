using DecodeResult = MessagePack.MessagePackPrimitives.DecodeResult;

namespace MessagePack;

public ref partial struct MessagePackReader
{
    /// <summary>
    /// As <see cref="Skip"/>; false where the bytes end within the value. A loop over values still owed:
    /// there can be no more of them than bytes, so the count is bounded by the input and not by what it says.
    /// </summary>
    internal bool TrySkip()
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        for (long owed = 1; owed > 0; owed--)
        {
            if (owed > _reader.Remaining)
            {
                return false;
            }

            ReadOnlySpan<byte> next = Next(scratch);
            DecodeResult result = SkipToken(next, out long body, out long children, out int size);
            if (!TryTake(result, size) || body > _reader.Remaining)
            {
                return false;
            }

            _reader.Advance(body);
            owed += children;
        }

        return true;
    }

    private static DecodeResult SkipToken(
        ReadOnlySpan<byte> next, out long body, out long children, out int size)
    {
        body = 0;
        children = 0;
        uint length;
        DecodeResult result;
        switch (MessagePackCode.ToMessagePackType(next[0]))
        {
            case MessagePackType.Array:
                result = MessagePackPrimitives.TryReadArrayHeader(next, out length, out size);
                children = length;
                return result;
            case MessagePackType.Map:
                result = MessagePackPrimitives.TryReadMapHeader(next, out length, out size);
                children = 2L * length;
                return result;
            case MessagePackType.String:
            case MessagePackType.Binary:
                result = MessagePackPrimitives.TryReadBinHeader(next, out length, out size);
                body = length;
                return result;
            case MessagePackType.Extension:
                result = MessagePackPrimitives.TryReadExtensionHeader(
                    next, out ExtensionHeader header, out size);
                body = header.Length;
                return result;
            case MessagePackType.Integer:
            case MessagePackType.Float:
                return MessagePackPrimitives.TryReadDouble(next, out _, out size);
            case MessagePackType.Nil:
            case MessagePackType.Boolean:
                size = 1;
                return DecodeResult.Success;
            default:
                size = 1;
                return DecodeResult.TokenMismatch;
        }
    }
}
