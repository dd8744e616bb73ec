using System.Text.Json;

namespace EdgeSim.Encoders.Text;

/// <summary>The pieces of a SentencePiece unigram model and their log probabilities, by id.</summary>
/// <param name="Pieces">Text of each piece.</param>
/// <param name="Scores">Log probability of each piece; 0 where the file has none.</param>
internal sealed record UnigramVocabulary(IReadOnlyList<string> Pieces, double[] Scores)
{
    /// <summary>
    /// Reads a JSON array of [piece, score]. A null score counts as 0, as the original implementation adds
    /// it.
    /// </summary>
    /// <param name="json">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="ModelException">Not such an array, or beyond <see cref="TextLimits"/>.</exception>
    public static UnigramVocabulary Parse(ReadOnlySpan<byte> json, string path)
    {
        var pieces = new List<string>();
        var scores = new List<double>();
        try
        {
            var reader = new Utf8JsonReader(json);
            Expect(ref reader, JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                Expect(ref reader, JsonTokenType.String);
                pieces.Add(reader.GetString()!);
                reader.Read();
                scores.Add(reader.TokenType == JsonTokenType.Null ? 0 : reader.GetDouble());
                Expect(ref reader, JsonTokenType.EndArray);
            }

            if (reader.TokenType != JsonTokenType.EndArray || reader.Read())
            {
                throw new JsonException($"after piece {pieces.Count} something else than a pair or the end");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelException(
                $"{path}: not a vocabulary, which is a JSON array of [piece, score] ({e.Message}). "
                + "Install the model again.", e);
        }

        Check(pieces, path);
        return new UnigramVocabulary(pieces, [.. scores]);
    }

    private static void Check(List<string> pieces, string path)
    {
        if (pieces.Count is <= UnigramTokenizer.ReservedIds or > TextLimits.PiecesMax)
        {
            throw new ModelException(
                $"{path}: {pieces.Count} pieces; a vocabulary has {UnigramTokenizer.ReservedIds + 1} to "
                + $"{TextLimits.PiecesMax}.");
        }

        for (int id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Length is 0 or > TextLimits.PieceCharsMax)
            {
                throw new ModelException(
                    $"{path}: piece {id} has {pieces[id].Length} characters; 1 to "
                    + $"{TextLimits.PieceCharsMax} are allowed.");
            }
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new JsonException(
                $"{reader.TokenType} at byte {reader.TokenStartIndex}, expected {type}");
        }
    }
}
