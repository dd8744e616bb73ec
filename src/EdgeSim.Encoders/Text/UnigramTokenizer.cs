using System.Diagnostics;
using System.Text;

namespace EdgeSim.Encoders.Text;

/// <summary>
/// SentencePiece unigram segmentation (Kudo 2018, arXiv:1804.10959): of all ways to write a text as pieces,
/// the one with the highest sum of log probabilities. The ids are those of the TensorFlow.js implementation
/// that the model was published with, its quirks included: see <see cref="Relax"/>. Not thread-safe; its
/// encoder holds the lock.
/// </summary>
/// <remarks>
/// Runs as a stream. At a place that no piece spans, every segmentation passes, so the best path up to it is
/// final: its ids are written and its back pointers reused. Memory is 2 bytes a UTF-16 unit of the longest
/// stretch without such a place (usually a word), and the ids are exact for texts of any length. O(text ×
/// longest piece).
/// </remarks>
internal sealed class UnigramTokenizer
{
    /// <summary>Ids below this stand for no text: unknown (0), begin, end and three extra tokens.</summary>
    public const int ReservedIds = 6;

    /// <summary>Id of text that no piece covers.</summary>
    public const int Unknown = 0;

    /// <summary>Stands for a space, and is put before every text (U+2581).</summary>
    private const char Separator = '\u2581';

    private const char Replacement = '\uFFFD';

    private readonly PieceTrie trie;
    private readonly double[] scores;
    private readonly byte[] lengths;

    // best[i & ringMask]: score of the best path to place i, for the places that pieces from here can reach.
    private readonly double[] best;
    private readonly int ringMask;

    // Piece of the best path that ends at a place, by distance from the last place that every path passes.
    private ushort[] arrivals = new ushort[TextLimits.SegmentCharsKept];

    /// <param name="vocabulary">Pieces and scores.</param>
    /// <exception cref="ModelException">ICU is not there, so that text cannot be normalised.</exception>
    public UnigramTokenizer(UnigramVocabulary vocabulary)
    {
        RequireNormalization();
        var matchable = new string?[vocabulary.Pieces.Count];
        lengths = new byte[matchable.Length];
        lengths[Unknown] = 1;
        int longest = 1;
        for (int id = ReservedIds; id < matchable.Length; id++)
        {
            matchable[id] = vocabulary.Pieces[id];
            lengths[id] = (byte)vocabulary.Pieces[id].Length;
            longest = Math.Max(longest, lengths[id]);
        }

        trie = new PieceTrie(matchable);
        scores = vocabulary.Scores;
        best = new double[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)longest + 1)];
        ringMask = best.Length - 1;
    }

    /// <summary>
    /// Turns a text into ids. Lone surrogates count as unknown characters. No text, no ids.
    /// </summary>
    /// <param name="text">At most <see cref="TextLimits.TextBytesMax"/> in UTF-8.</param>
    /// <param name="ids">Receives the first ids; what does not fit is counted.</param>
    /// <param name="inputIndex">Position of the text in its batch, for the exception.</param>
    /// <exception cref="EncoderInputException">The text is too long.</exception>
    public TokenCount Encode(string text, Span<long> ids, int inputIndex = 0)
    {
        RequireSize(text, inputIndex);
        return text.Length == 0 ? default : Segment(Normalize(text, inputIndex), ids);
    }

    /// <summary>Refuses a text beyond the limit, before anything is spent on it.</summary>
    /// <exception cref="EncoderInputException">The text is too long.</exception>
    public static void RequireSize(string text, int inputIndex = 0)
    {
        // A UTF-16 unit takes 1 to 3 bytes: most texts are decided without counting.
        if (text.Length <= TextLimits.TextBytesMax / 3)
        {
            return;
        }

        long bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > TextLimits.TextBytesMax)
        {
            throw new EncoderInputException(
                $"The text has {bytes} bytes in UTF-8; at most {TextLimits.TextBytesMax} are encoded. "
                + "Split it into passages.", inputIndex);
        }
    }

    private TokenCount Segment(string text, Span<long> ids)
    {
        var sink = new IdSink(ids);
        int end = text.Length + 1;
        int passed = 0;
        int reach = 0;
        best.AsSpan().Clear();
        for (int start = 0; start < end; start++)
        {
            if (start == reach && start > 0)
            {
                Write(passed, start, ref sink);
                passed = start;
                TrimArrivals();
            }

            reach = Math.Max(reach, Relax(text, start, end, passed));
        }

        Write(passed, end, ref sink);
        TrimArrivals();
        return new TokenCount(sink.Written, sink.Dropped);
    }

    /// <summary>
    /// Offers every piece that begins at a place to the place where it ends; returns the farthest end. As in
    /// the original: a best score of exactly 0 counts as "no path yet"; of equal paths the one offered last
    /// wins (starts ascending, then lengths ascending); an unknown of length 1 and score 0 is offered only
    /// where no piece matches.
    /// </summary>
    private int Relax(string text, int start, int end, int passed)
    {
        double score = best[start & ringMask];
        best[start & ringMask] = 0;
        int farthest = start;
        int node = PieceTrie.Root;
        for (int i = start; i < end && trie.TryStep(ref node, UnitAt(text, i)); i++)
        {
            if (trie.TryPiece(node, out int id))
            {
                farthest = i + 1;
                Offer(farthest, passed, id, score + scores[id]);
            }
        }

        if (farthest == start)
        {
            farthest = start + 1;
            Offer(farthest, passed, Unknown, score);
        }

        return farthest;
    }

    private void Offer(int place, int passed, int id, double score)
    {
        ref double known = ref best[place & ringMask];
        if (known == 0 || score >= known)
        {
            known = score;
            Arrivals(passed, place) = (ushort)id;
        }
    }

    /// <summary>
    /// Turns the best path between two places around, in its own buffer, and writes its ids.
    /// </summary>
    private void Write(int passed, int end, ref IdSink sink)
    {
        int place = end - passed;
        ushort id = arrivals[place];
        while (place > 0)
        {
            int before = place - lengths[id];
            Debug.Assert(before >= 0, "No piece spans a place that every path passes.");
            (arrivals[before], id) = (id, arrivals[before]);
            place = before;
        }

        for (int length = end - passed; place < length; place += lengths[arrivals[place]])
        {
            sink.Add(arrivals[place]);
        }

        // A place that no path reaches must read as unknown.
        arrivals.AsSpan(0, end - passed + 1).Clear();
    }

    private ref ushort Arrivals(int passed, int place)
    {
        int distance = place - passed;
        if (distance >= arrivals.Length)
        {
            Array.Resize(ref arrivals, 2 * arrivals.Length);
        }

        return ref arrivals[distance];
    }

    private void TrimArrivals()
    {
        if (arrivals.Length > TextLimits.SegmentCharsKept)
        {
            arrivals = new ushort[TextLimits.SegmentCharsKept];
        }
    }

    /// <summary>
    /// The text as the vocabulary sees it: a separator before it and in the place of every space.
    /// </summary>
    private static char UnitAt(string text, int place)
    {
        if (place == 0)
        {
            return Separator;
        }

        char unit = text[place - 1];
        return unit == ' ' ? Separator : unit;
    }

    private static string Normalize(string text, int inputIndex)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        string normal = ReplaceNonCharacters(text).Normalize(NormalizationForm.FormKC);
        return normal.Length <= TextLimits.NormalizedCharsMax
            ? normal
            : throw new EncoderInputException(
                $"The text has {normal.Length} characters after Unicode normalisation (NFKC); at most "
                + $"{TextLimits.NormalizedCharsMax} are encoded. Split it into passages.", inputIndex);
    }

    /// <summary>
    /// Half a surrogate pair and U+FFFE are no characters, and .NET refuses to normalise them. They become
    /// U+FFFD, which no piece holds, so that they count as unknown characters.
    /// </summary>
    private static string ReplaceNonCharacters(string text)
    {
        char[]? repaired = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]) && text[i] != '\uFFFE')
            {
                continue;
            }

            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
                continue;
            }

            repaired ??= text.ToCharArray();
            repaired[i] = Replacement;
        }

        return repaired is null ? text : new string(repaired);
    }

    private static void RequireNormalization()
    {
        if ("\uFF21\u00BD".Normalize(NormalizationForm.FormKC) != "A1\u20442")
        {
            throw new ModelException(
                "Text cannot be normalised (NFKC), because .NET runs without ICU. Install libicu (Debian 12: "
                + "libicu72) and do not set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }
    }

    /// <summary>
    /// Takes ids in order, joins neighbouring unknowns, writes what fits and counts the rest.
    /// </summary>
    private ref struct IdSink(Span<long> ids)
    {
        private readonly Span<long> ids = ids;
        private bool afterUnknown;

        public int Written { get; private set; }

        public int Dropped { get; private set; }

        public void Add(ushort id)
        {
            bool joins = afterUnknown && id == Unknown;
            afterUnknown = id == Unknown;
            if (joins)
            {
                return;
            }

            if (Written < ids.Length)
            {
                ids[Written++] = id;
            }
            else
            {
                Dropped++;
            }
        }
    }
}
