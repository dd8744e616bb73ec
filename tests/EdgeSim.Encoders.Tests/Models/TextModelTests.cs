using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Tests.Text;
using EdgeSim.Encoders.Text;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// What the int8 text model keeps of its float original, and whether it finds what means the same.
/// </summary>
[Trait(InstalledCatalogue.Emulated, "no")]
public sealed class TextModelTests(InstalledCatalogue catalogue, ITestOutputHelper output)
    : IClassFixture<InstalledCatalogue>
{
    private const string Name = "use-lite";

    [Fact]
    public void Encode_ReferenceTexts_StayNearThePublishedVectors()
    {
        using IEncoder encoder = catalogue.Open(Name);
        float[][] vectors = Vectors.Encode(
            encoder, [.. ReferenceText.All.Select(r => EncoderInput.FromText(r.Text))]);

        double[] cosines = [.. vectors.Zip(ReferenceText.All, (v, r) => Vectors.Cosine(v, r.Embedding))];

        output.WriteLine($"51 reference texts: cosine mean {cosines.Average():F5}, min {cosines.Min():F5}");
        Assert.True(cosines.Average() >= 0.9985, $"mean cosine {cosines.Average():F5}");
        Assert.True(cosines.Min() >= 0.99, $"least cosine {cosines.Min():F5}");
    }

    [Fact]
    public void Encode_UnseenTexts_StayNearTheFloatModel()
    {
        Assert.SkipWhen(
            ReferenceData.WordNet is null || ReferenceData.Stamps is null,
            "wordnet-base or the stamps were not fetched");
        IReadOnlyList<string> texts = ReferenceData.UnseenTexts();
        using IEncoder encoder = catalogue.Open(Name);
        float[][] vectors = Vectors.Encode(encoder, [.. texts.Select(EncoderInput.FromText)]);
        float[][] exact = EncodeFloat(encoder.Manifest, texts);

        double[] cosines = [.. vectors.Zip(exact, Vectors.Cosine)];
        double overlap = Vectors.TopTenOverlap(vectors, exact);

        output.WriteLine(
            $"{texts.Count} unseen texts: cosine mean {cosines.Average():F5}, min {cosines.Min():F5}, "
            + $"top-10 overlap {overlap:F3}");
        Assert.True(cosines.Average() >= 0.9985, $"mean cosine {cosines.Average():F5}");
        Assert.True(cosines.Min() >= 0.99, $"least cosine {cosines.Min():F5}");
        Assert.True(overlap >= 0.94, $"top-10 overlap {overlap:F3}");
    }

    [Fact]
    public void Encode_Words_DogIsNearerToCatThanToCar()
    {
        using IEncoder encoder = catalogue.Open(Name);
        float[][] v = Vectors.Encode(
            encoder,
            [EncoderInput.FromText("dog"), EncoderInput.FromText("cat"), EncoderInput.FromText("car")]);

        double cat = Vectors.Dot(v[0], v[1]);
        double car = Vectors.Dot(v[0], v[2]);

        output.WriteLine($"dog~cat {cat:F3}, dog~car {car:F3}");
        Assert.Equal(0.657, cat, 0.02);
        Assert.Equal(0.504, car, 0.02);
    }

    [Fact]
    public void Encode_Paraphrases_FindEachOther()
    {
        using IEncoder encoder = catalogue.Open(Name);
        float[][] said = Vectors.Encode(
            encoder, [.. Paraphrases.Pairs.Select(p => EncoderInput.FromText(p.Said))]);
        float[][] again = Vectors.Encode(
            encoder, [.. Paraphrases.Pairs.Select(p => EncoderInput.FromText(p.SaidAgain))]);

        int found = Enumerable.Range(0, said.Length).Count(i => i == Best(said[i], again));
        double pairs = said.Zip(again, Vectors.Dot).Average();
        double others = said
            .SelectMany((s, i) => again.Where((_, j) => j != i).Select(a => Vectors.Dot(s, a)))
            .Average();

        output.WriteLine($"24 paraphrases: {found} first, cosine of pairs {pairs:F2}, of others {others:F2}");
        Assert.True(found >= 22, $"only {found} of 24 paraphrases were found first");
        Assert.True(pairs - others >= 0.35, $"pairs {pairs:F2}, others {others:F2}");
    }

    [Fact]
    public void Encode_Captions_NearestIsOfTheSameClass()
    {
        Assert.SkipWhen(ReferenceData.Stamps is null, "the stamps were not fetched");
        ReferenceData.Stamp[] stamps = [.. ReferenceData.ReadStamps()];
        using IEncoder encoder = catalogue.Open(Name);
        float[][] captions = Vectors.Encode(
            encoder, [.. stamps.Select(s => EncoderInput.FromText(s.Caption))]);

        double sameClass = Enumerable.Range(0, captions.Length).Average(
            i => stamps[Vectors.Nearest(captions, i, 1)[0]].Class == stamps[i].Class ? 1.0 : 0.0);

        output.WriteLine($"342 captions: 1-NN class {sameClass:F3}");
        Assert.True(sameClass >= 0.80, $"1-NN class {sameClass:F3}");
    }

    private static int Best(float[] query, float[][] candidates) =>
        Enumerable.Range(0, candidates.Length).MaxBy(i => Vectors.Dot(query, candidates[i]));

    private static float[][] EncodeFloat(ModelManifest manifest, IReadOnlyList<string> texts)
    {
        IModelConverter converter = EncoderCatalog.Converter(manifest);
        var files = converter.SideFiles(new PackageSource().Read(manifest.Origin));
        byte[] vocabulary = files[manifest.Text!.Vocabulary.Name];
        var tokenizer = new UnigramTokenizer(UnigramVocabulary.Parse(vocabulary, "vocab.json"));
        using OnnxSession session = InstalledCatalogue.OpenFloat(manifest);
        var ids = new long[manifest.Text.TokensMax];
        return
        [
            .. texts.Select(text =>
            {
                int count = tokenizer.Encode(text, ids).Written;
                OnnxTensor[] input =
                [
                    new(manifest.Text.InputIds, [1, count]) { Int64s = ids },
                    new(manifest.Text.AttentionMask, [1, count])
                    {
                        Int64s = [.. Enumerable.Repeat(1L, count)],
                    },
                ];
                return session.RunAll(input, [manifest.Output])[0].Floats!;
            }),
        ];
    }
}
