using System.Text.Json;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// Reads {"vectors": {"word": [numbers...], ...}, ...} of any length in constant memory. Other members are
/// passed over; numbers of a word beyond the dimension are bookkeeping and ignored.
/// </summary>
/// <param name="json">UTF-8, read to its end.</param>
/// <param name="dimension">Numbers of a vector.</param>
internal sealed class WordVectorReader(Stream json, int dimension)
{
    /// <summary>Longer than any word or number.</summary>
    private const int BufferBytes = 1 << 20;

    private readonly float[] _vector = new float[dimension];
    private bool _isInVectors;
    private int _numbers;

    internal delegate void Take(ReadOnlySpan<float> vector);

    /// <exception cref="UserException">Not such a file.</exception>
    internal void Read(Take take)
    {
        var buffer = new byte[BufferBytes];
        var state = default(JsonReaderState);
        int held = 0;
        bool isEnd = false;
        try
        {
            while (!isEnd)
            {
                int read = json.Read(buffer, held, buffer.Length - held);
                isEnd = read == 0;
                held += read;
                var reader = new Utf8JsonReader(buffer.AsSpan(0, held), isEnd, state);
                while (reader.Read())
                {
                    Step(ref reader, take);
                }

                int used = (int)reader.BytesConsumed;
                state = reader.CurrentState;
                buffer.AsSpan(used, held - used).CopyTo(buffer);
                held -= used;
                if (held == buffer.Length)
                {
                    throw new InvalidDataException($"a word or number is longer than {BufferBytes} bytes");
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new UserException(ExitCode.Data, $"The word vectors cannot be read: {e.Message}", e);
        }
    }

    private void Step(ref Utf8JsonReader reader, Take take)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                _isInVectors = reader.ValueTextEquals("vectors"u8);
                break;
            case JsonTokenType.StartArray:
                _numbers = 0;
                break;
            case JsonTokenType.Number when _isInVectors && reader.CurrentDepth == 3:
                if (_numbers < _vector.Length)
                {
                    _vector[_numbers] = reader.GetSingle();
                }

                _numbers++;
                break;
            case JsonTokenType.EndArray when _isInVectors && reader.CurrentDepth == 2:
                if (_numbers < _vector.Length)
                {
                    throw new InvalidDataException(
                        $"a word has {_numbers} numbers instead of {_vector.Length}");
                }

                take(_vector);
                break;
            default:
                break;
        }
    }
}
