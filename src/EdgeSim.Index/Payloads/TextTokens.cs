using System.Buffers;
using System.Text;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// The words of a text: runs of letters and digits in lower case (invariant culture), each cut after
/// <see cref="IndexLimits.TokenBytesMax"/> bytes. Written into the caller's buffer, one at a time.
/// </summary>
internal ref struct TextTokens(ReadOnlySpan<byte> utf8, Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer[..IndexLimits.TokenBytesMax];
    private ReadOnlySpan<byte> _rest = utf8;
    private int _length;

    /// <summary>The word; it lives until the next one.</summary>
    public readonly ReadOnlySpan<byte> Current => _buffer[.._length];

    /// <summary>Goes to the next word; false when there is none.</summary>
    public bool Next()
    {
        _length = 0;
        bool isCut = false;
        while (!_rest.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(_rest, out Rune rune, out int consumed);
            _rest = _rest[consumed..];
            if (status != OperationStatus.Done || !Rune.IsLetterOrDigit(rune))
            {
                if (_length > 0)
                {
                    return true;
                }

                continue;
            }

            Rune lower = Rune.ToLowerInvariant(rune);
            isCut |= _length + lower.Utf8SequenceLength > _buffer.Length;
            if (!isCut)
            {
                _length += lower.EncodeToUtf8(_buffer[_length..]);
            }
        }

        return _length > 0;
    }
}
