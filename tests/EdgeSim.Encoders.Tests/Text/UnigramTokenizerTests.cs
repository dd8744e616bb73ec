using System.Diagnostics;
using System.Text;
using EdgeSim.Encoders.Text;

namespace EdgeSim.Encoders.Tests.Text;

public sealed class UnigramTokenizerTests(ITestOutputHelper output)
{
    private static readonly UnigramVocabulary Vocabulary =
        UnigramVocabulary.Parse(PackageFiles.UseLite["dist/vocab.json"], "vocab.json");

    private readonly UnigramTokenizer tokenizer = new(Vocabulary);

    [Fact]
    public void Encode_ReferenceTexts_GivesTheIdsOfTheOriginal()
    {
        Assert.Equal(51, ReferenceText.All.Count);
        foreach (ReferenceText reference in ReferenceText.All)
        {
            Assert.Equal(reference.Ids, Encode(reference.Text));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20250711)]
    public void Encode_RandomTexts_EqualsWholeLattice(int seed)
    {
        var random = new Random(seed);
        string[] parts =
        [
            .. Vocabulary.Pieces.Where((_, id) => id % 37 == 0),
            " ", "  ", ":", "://", " :)", "\u201D5", "日本", "😀", "x", "---", "e\u0301",
            "ﬁ", "\t", "\uD83D", "\uDE00", "\uFFFD", "\0", "<s>", "▁",
        ];
        for (int round = 0; round < 300; round++)
        {
            var text = new StringBuilder();
            for (int i = random.Next(1, 40); i > 0; i--)
            {
                text.Append(parts[random.Next(parts.Length)]);
            }

            string sample = text.ToString();
            bool same = WholeLattice(sample).SequenceEqual(Encode(sample));
            Assert.True(same, $"Seed {seed}, round {round}: '{sample}'");
        }
    }

    [Fact]
    public void Encode_IncompleteVocabulary_EqualsWholeLattice()
    {
        // Pieces without their letters leave places that no path reaches; those read as unknown in the
        // original.
        string[] pieces = ["�", "<s>", "</s>", "1", "2", "3", "▁ab", "abc", "cd", "▁", "b", "dd", "bcda"];
        var vocabulary = new UnigramVocabulary(pieces, [0, 0, 0, 0, 0, 0, -1.5, -2, -1, -3, 0, -1, -0.5]);
        var small = new UnigramTokenizer(vocabulary);
        var random = new Random(7);
        for (int round = 0; round < 2000; round++)
        {
            IEnumerable<int> letters = Enumerable.Range(0, random.Next(1, 24));
            string text = string.Concat(letters.Select(_ => "abcd "[random.Next(5)]));
            var ids = new long[64];
            TokenCount count = small.Encode(text, ids);

            bool same = WholeLattice(text, vocabulary).SequenceEqual(ids[..count.Written]);
            Assert.True(same, $"Seed 7, round {round}: '{text}'");
        }
    }

    [Fact]
    public void Encode_EmptyText_HasNoIds()
    {
        Assert.Equal(default, tokenizer.Encode("", new long[4]));
    }

    [Theory]
    [InlineData("\uD83D")]
    [InlineData("\uDE00\uD83D")]
    [InlineData("\uFFFE\uFFFF")]
    [InlineData("\0\u0001\u001B\u007F")]
    [InlineData("مرحبا")]
    [InlineData("日本語")]
    public void Encode_UnusualText_GivesIdsAndLeavesNoTrace(string text)
    {
        long[] before = Encode("a plain sentence");

        Assert.NotEmpty(Encode(text));
        Assert.Equal(before, Encode("a plain sentence"));
    }

    [Fact]
    public void Encode_LoneSurrogate_CountsAsUnknown()
    {
        Assert.Equal(Encode("a \uFFFD b"), Encode("a \uD83D b"));
        Assert.Contains(UnigramTokenizer.Unknown, Encode("a \uD83D b"));
    }

    [Fact]
    public void Encode_NoRoom_CountsTheRest()
    {
        const string text = "Two dogs run across the snowy field.";
        long[] all = Encode(text);
        var first = new long[3];

        TokenCount count = tokenizer.Encode(text, first);

        Assert.Equal(all[..3], first);
        Assert.Equal(new TokenCount(3, all.Length - 3), count);
        Assert.Equal(new TokenCount(0, all.Length), tokenizer.Encode(text, []));
    }

    [Theory]
    [InlineData("the quick brown fox ", "words")]
    [InlineData("-", "one run that no place cuts")]
    [InlineData("日", "unknown characters")]
    public void Encode_OneMebibyte_IsCountedInBoundedTimeAndMemory(string unit, string what)
    {
        int repeats = TextLimits.TextBytesMax / Encoding.UTF8.GetByteCount(unit);
        string text = string.Concat(Enumerable.Repeat(unit, repeats));
        var ids = new long[128];
        tokenizer.Encode(text, ids);
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();

        TokenCount count = tokenizer.Encode(text, ids);

        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        output.WriteLine($"1 MiB of {what}: {milliseconds:F0} ms, {count}, {allocated} bytes allocated");
        Assert.Equal(Math.Min(128, count.Written + count.Dropped), count.Written);
        Assert.True(allocated <= 12 << 20, $"{allocated} bytes");

        // Loose, because emulation is slow; quadratic time would take hours.
        Assert.True(milliseconds < 60_000, $"{milliseconds} ms");
    }

    [Fact]
    public void Encode_BeyondOneMebibyte_IsRefusedWithItsIndex()
    {
        string text = new('a', TextLimits.TextBytesMax + 1);

        var e = Assert.Throws<EncoderInputException>(
            () => tokenizer.Encode(text, new long[1], inputIndex: 5));

        Assert.Equal(5, e.InputIndex);
        Assert.Contains("1048577", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, tokenizer.Encode(text[1..], new long[1]).Written);
    }

    [Fact]
    public void Encode_GrowsBeyondLimitWhenNormalized_IsRefused()
    {
        string text = new('\uFDFA', TextLimits.TextBytesMax / 3);

        var e = Assert.Throws<EncoderInputException>(
            () => tokenizer.Encode(text, new long[1], inputIndex: 2));

        Assert.Equal(2, e.InputIndex);
    }

    [Fact]
    public void Encode_AsciiAfterWarmUp_AllocatesNothing()
    {
        var ids = new long[128];
        string text = "The temperature sensor on pump 3 reports 87.5 degrees.";
        tokenizer.Encode(text, ids);
        long before = GC.GetAllocatedBytesForCurrentThread();

        tokenizer.Encode(text, ids);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[[\"a\"]]")]
    [InlineData("[[\"a\",\"b\"]]")]
    [InlineData("[[1,2]]")]
    [InlineData("[[\"a\",1]")]
    [InlineData("[[\"a\",1]]")]
    [InlineData("[[\"a\",1],[\"\",1],[\"\",1],[\"\",1],[\"\",1],[\"\",1],[\"\",1]]")]
    [InlineData("[[\"a\",1]] trailing")]
    public void Parse_NotAVocabulary_IsRefusedByName(string json)
    {
        var e = Assert.Throws<ModelException>(
            () => UnigramVocabulary.Parse(Encoding.UTF8.GetBytes(json), "some/vocab.json"));

        Assert.Contains("some/vocab.json", e.Message, StringComparison.Ordinal);
    }

    private long[] Encode(string text)
    {
        var ids = new long[4096];
        TokenCount count = tokenizer.Encode(text, ids);
        Assert.Equal(0, count.Dropped);
        return ids[..count.Written];
    }

    /// <summary>
    /// The definition, without streaming: the whole lattice by code point, dictionaries and lists.
    /// </summary>
    private static List<long> WholeLattice(string text, UnigramVocabulary? vocabulary = null)
    {
        vocabulary ??= Vocabulary;
        var byPiece = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = UnigramTokenizer.ReservedIds; id < vocabulary.Pieces.Count; id++)
        {
            byPiece[vocabulary.Pieces[id]] = id;
        }

        // A rune enumeration yields U+FFFD for half a pair, which is what the tokenizer promises.
        string whole = string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));
        string[] symbols =
        [
            .. ("▁" + whole.Normalize(NormalizationForm.FormKC).Replace(' ', '▁'))
                .EnumerateRunes().Select(rune => rune.ToString()),
        ];
        var best = new double[symbols.Length + 1];
        var words = new int[symbols.Length + 1];
        for (int start = 0; start < symbols.Length; start++)
        {
            bool any = false;
            string piece = "";
            for (int end = start + 1; end <= Math.Min(symbols.Length, start + 16); end++)
            {
                piece += symbols[end - 1];
                if (byPiece.TryGetValue(piece, out int id))
                {
                    any = true;
                    Offer(end, id, best[start] + vocabulary.Scores[id]);
                }
            }

            if (!any)
            {
                Offer(start + 1, UnigramTokenizer.Unknown, best[start]);
            }
        }

        var ids = new List<long>();
        for (int place = symbols.Length; place > 0; place -= vocabulary.Pieces[words[place]].Length)
        {
            if (ids.Count == 0 || ids[^1] != 0 || words[place] != 0)
            {
                ids.Add(words[place]);
            }
        }

        ids.Reverse();
        return ids;

        void Offer(int end, int id, double score)
        {
            if (best[end] == 0 || score >= best[end])
            {
                best[end] = score;
                words[end] = id;
            }
        }
    }
}
