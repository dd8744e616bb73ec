using System.Text.Json;

namespace EdgeSim.Commands;

/// <summary>
/// Reads a JSON array of strings one string at a time, so that an array of any length costs the memory of its
/// longest string. Strings that come before a mistake in the array are handed out.
/// </summary>
/// <param name="input">UTF-8. Owned by this from now on.</param>
public sealed class JsonStrings(Stream input) : IDisposable
{
    private const int FirstBufferBytes = 64 << 10;

    private byte[] buffer = new byte[FirstBufferBytes];
    private int start, end;
    private long total;
    private bool inputEnded, opened;
    private JsonReaderState state;

    /// <summary>The next string.</summary>
    /// <returns>False at the end of the array, which is then known to be well formed.</returns>
    /// <exception cref="UserException">
    /// Not an array of strings, or beyond <see cref="Limits.EncodeInputBytesMax"/>.
    /// </exception>
    public bool TryRead(out string text)
    {
        text = "";
        while (true)
        {
            JsonTokenType token = NextToken(ref text);
            switch (token)
            {
                case JsonTokenType.StartArray when !opened:
                    opened = true;
                    break;
                case JsonTokenType.String when opened:
                    return true;
                case JsonTokenType.EndArray:
                    break;
                case JsonTokenType.None when opened:
                    return false;
                default:
                    throw Refused(opened ? $"it holds a {token}" : $"it is a {token}");
            }
        }
    }

    public void Dispose() => input.Dispose();

    /// <summary>None at the end of the input.</summary>
    private JsonTokenType NextToken(ref string text)
    {
        while (true)
        {
            try
            {
                var reader = new Utf8JsonReader(buffer.AsSpan(start, end - start), inputEnded, state);
                bool read = reader.Read();
                start += (int)reader.BytesConsumed;
                state = reader.CurrentState;
                if (read)
                {
                    text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                    return reader.TokenType;
                }
            }
            catch (JsonException e)
            {
                throw Refused(e.Message, e);
            }
            catch (InvalidOperationException e)
            {
                // GetString on bytes that are not UTF-8, or on half a surrogate pair.
                throw Refused(e.Message, e);
            }

            if (inputEnded)
            {
                return JsonTokenType.None;
            }

            Fill();
        }
    }

    private void Fill()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        if (end == buffer.Length)
        {
            if (end >= Limits.JsonStringBytesMax)
            {
                throw Refused($"one string has more than {Limits.JsonStringBytesMax} bytes");
            }

            Array.Resize(ref buffer, (int)Math.Min(end * 2L, Limits.JsonStringBytesMax));
        }

        int count = input.Read(buffer, end, buffer.Length - end);
        inputEnded = count == 0;
        end += count;
        total += count;
        if (total > Limits.EncodeInputBytesMax)
        {
            throw new UserException(
                ExitCode.Data,
                $"The JSON has more than {Limits.EncodeInputBytesMax} bytes. Send it in parts.");
        }
    }

    private static UserException Refused(string reason, Exception? inner = null) => new(
        ExitCode.Data,
        $"The input is not a JSON array of strings such as [\"a text\"]: {reason}", inner);
}
