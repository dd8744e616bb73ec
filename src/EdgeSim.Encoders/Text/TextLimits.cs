namespace EdgeSim.Encoders.Text;

/// <summary>Bounds of everything that has to do with text, each with its reason.</summary>
public static class TextLimits
{
    /// <summary>
    /// Bytes of a text in UTF-8: 1 MiB, about 170,000 words, far beyond what one vector can stand for. A
    /// longer text is refused instead of being cut, because the caller surely meant to split it into
    /// passages. It bounds the tokenizer's time (25 to 170 ms on one core of an x64 server) and memory.
    /// </summary>
    public const int TextBytesMax = 1 << 20;

    /// <summary>
    /// UTF-16 units of a text after compatibility normalisation. Ordinary text keeps its length; a few
    /// characters grow up to 18-fold (U+FDFA), so a text of such characters could take 12 MB. Twice <see
    /// cref="TextBytesMax"/> leaves room for every real text and bounds the back pointers at 2 bytes a unit:
    /// 4 MiB.
    /// </summary>
    public const int NormalizedCharsMax = 2 * TextBytesMax;

    /// <summary>
    /// UTF-16 units between two places that every segmentation passes for which the tokenizer keeps its
    /// buffer (2 bytes a unit) after a call. A word is rarely longer than 32; a longer run gets a buffer of
    /// its own, which is dropped.
    /// </summary>
    public const int SegmentCharsKept = 8192;

    /// <summary>UTF-16 units of a vocabulary piece. SentencePiece's own default limit is 16.</summary>
    public const int PieceCharsMax = 64;

    /// <summary>
    /// Pieces of a vocabulary. Ids are kept in 16 bits; published unigram vocabularies end at 32,000.
    /// </summary>
    public const int PiecesMax = 65_535;

    /// <summary>
    /// Tokens of a text that enter a model. Attention costs grow with its square; sentence encoders end at
    /// 512.
    /// </summary>
    public const int TokensMax = 512;

}
