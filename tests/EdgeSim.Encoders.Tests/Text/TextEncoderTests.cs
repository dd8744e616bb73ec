using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Text;
using Google.Protobuf;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Tests.Text;

public sealed class TextEncoderTests(UseLiteFloatModel model)
    : EncoderContractTests, IClassFixture<UseLiteFloatModel>
{
    protected override IReadOnlyList<EncoderInput> Samples { get; } =
    [
        EncoderInput.FromText("dog"),
        EncoderInput.FromText("Motor overheating detected: shut down line 4"),
        EncoderInput.FromText("How do I reset my password?"),
        EncoderInput.FromText("Where can I find a good restaurant nearby?"),
        EncoderInput.FromText(string.Join(' ', Enumerable.Repeat("Scientists discovered a new planet.", 40))),
        EncoderInput.FromText("emoji 😀 test"),
        EncoderInput.FromText("?"),
    ];

    protected override EncoderInput Refused => EncoderInput.FromText("");

    [Fact]
    public void Encode_ReferenceTexts_EqualsReferenceEmbeddings()
    {
        using IEncoder encoder = Open();
        EncoderInput[] inputs = [.. ReferenceText.All.Select(text => EncoderInput.FromText(text.Text))];
        var embeddings = new float[inputs.Length * 512];
        var reports = new EncodeReport[inputs.Length];

        encoder.Encode(inputs, embeddings, reports);

        for (int i = 0; i < inputs.Length; i++)
        {
            ReferenceText reference = ReferenceText.All[i];
            Assert.Equal(Math.Min(128, reference.Ids.Length), reports[i].Tokens);
            Assert.Equal(Math.Max(0, reference.Ids.Length - 128), reports[i].TokensDropped);
            for (int d = 0; d < 512; d++)
            {
                Assert.Equal(reference.Embedding[d], embeddings[(i * 512) + d], 1e-5f);
            }
        }
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t\n\r")]
    [InlineData("\0\u0001\u001B")]
    [InlineData("日本語のテキスト")]
    [InlineData("مرحبا بالعالم")]
    [InlineData("שלום עולם")]
    [InlineData("👩‍👩‍👧‍👦🏳️‍🌈")]
    [InlineData("\uD83D")]
    [InlineData("\uFFFE\uFFFF")]
    [InlineData("e\u0301\u0301\u0301\u0301")]
    public void Encode_UnusualText_GivesUnitVector(string text)
    {
        using IEncoder encoder = Open();

        float[] vector = EncodeTogether(encoder, [EncoderInput.FromText(text)])[0];

        Assert.Equal(1.0, Dot(vector, vector), 1e-4);
    }

    [Fact]
    public void Encode_OneMebibyte_IsEncodedByItsFirstTokensAndSaysSo()
    {
        using IEncoder encoder = Open();
        string sentence = "The quick brown fox jumps over the lazy dog. ";
        string text = string.Concat(Enumerable.Repeat(sentence, TextLimits.TextBytesMax / sentence.Length));
        var embeddings = new float[2 * 512];
        var reports = new EncodeReport[2];

        string start = text[..(20 * sentence.Length)];
        encoder.Encode([EncoderInput.FromText(text), EncoderInput.FromText(start)], embeddings, reports);

        Assert.Equal(128, reports[0].Tokens);
        Assert.True(reports[0].TokensDropped > 100_000, $"{reports[0]}");
        Assert.Equal(embeddings[..512], embeddings[512..]);
    }

    [Fact]
    public void Encode_BeyondOneMebibyte_IsRefusedWithItsIndex()
    {
        using IEncoder encoder = Open();
        EncoderInput[] inputs = [Samples[0], EncoderInput.FromText(new string('é', TextLimits.TextBytesMax))];

        var e = Assert.Throws<EncoderInputException>(() => EncodeTogether(encoder, inputs));

        Assert.Equal(1, e.InputIndex);
        Assert.Contains("passages", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_DogAndCat_AreNearerThanDogAndCar()
    {
        using IEncoder encoder = Open();
        float[][] vectors = EncodeTogether(
            encoder,
            [EncoderInput.FromText("dog"), EncoderInput.FromText("cat"), EncoderInput.FromText("car")]);

        Assert.Equal(0.657, Dot(vectors[0], vectors[1]), 0.001);
        Assert.Equal(0.504, Dot(vectors[0], vectors[2]), 0.001);
    }

    [Fact]
    public void Constructor_FileMissing_NamesIt()
    {
        ModelFile file = model.Manifest.Model with { Name = "other.onnx" };

        AssertRefused(model.Manifest with { Model = file }, "other.onnx");
    }

    [Fact]
    public void Constructor_FileOfOtherSize_SaysBoth()
    {
        TextInput text = model.Manifest.Text!;
        ModelManifest manifest = model.Manifest with
        {
            Text = text with { Vocabulary = text.Vocabulary with { Bytes = 7 } },
        };

        AssertRefused(manifest, "218327", "7");
    }

    [Fact]
    public void Constructor_DamagedGraphOfTheSameSize_IsRefused()
    {
        ModelFile stated = model.Manifest.Model;
        byte[] bytes = File.ReadAllBytes(Path.Combine(model.Folder, stated.Name));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(model.Folder, "damaged.onnx"), bytes);

        ModelFile damaged = stated with { Name = "damaged.onnx" };
        AssertRefused(model.Manifest with { Model = damaged }, "sha256", "models install");
    }

    [Fact]
    public void Constructor_ManifestOfOtherKind_IsRefused()
    {
        TextInput text = model.Manifest.Text!;

        AssertRefused(model.Manifest with { Modality = Modality.Image }, "Image");
        AssertRefused(model.Manifest with { Text = text with { Tokenizer = "wordpiece" } }, "wordpiece");
        AssertRefused(model.Manifest with { Text = text with { TokensMax = 100_000 } }, "100000");
    }

    [Fact]
    public void Constructor_GraphWithOtherNames_IsRefused()
    {
        AssertRefused(model.Manifest with { Output = "pooled" }, "pooled", "embedding");
        AssertRefused(
            model.Manifest with { Text = model.Manifest.Text! with { InputIds = "tokens" } }, "input_ids");
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    public void Encode_GraphWithoutUnitNorm_SaysSoInsteadOfAnswering(float value)
    {
        var graph = new GraphBuilder("wrong norm");
        string ids = graph.Input("input_ids", DataType.Int64, "batch", "tokens");
        string mask = graph.Input("attention_mask", DataType.Int64, "batch", "tokens");
        string kept = graph.Node("Mul", [ids, mask]);
        string zero = graph.Node("Mul", [kept, graph.Integers("zero", 0)]);
        string number = graph.Node(
            "Cast", [zero], "number", GraphBuilder.Attribute("to", (long)DataType.Float));
        string sum = graph.Node("ReduceSum", [number, graph.Integers("axis", 1)]);
        graph.Node("Add", [sum, graph.Initializer("value", [1, 2], [value, value])], "embedding");
        graph.Output("embedding", DataType.Float, "batch", 2);
        byte[] bytes = graph.Build().ToByteArray();
        File.WriteAllBytes(Path.Combine(model.Folder, "wrong.onnx"), bytes);
        var file = new ModelFile("wrong.onnx", bytes.Length, ModelFiles.Sha256(bytes));
        using var encoder = new TextEncoder(
            model.Manifest with { Model = file, Dimension = 2 }, model.Folder, threads: 1);

        var e = Assert.Throws<ModelException>(() => EncodeTogether(encoder, [Samples[0]]));

        Assert.Contains("squared norm", e.Message, StringComparison.Ordinal);
    }

    protected override IEncoder Open() => new TextEncoder(model.Manifest, model.Folder, threads: 1);

    private void AssertRefused(ModelManifest manifest, params string[] words)
    {
        var e = Assert.Throws<ModelException>(() => new TextEncoder(manifest, model.Folder, threads: 1));

        foreach (string word in words)
        {
            Assert.Contains(word, e.Message, StringComparison.Ordinal);
        }
    }
}
