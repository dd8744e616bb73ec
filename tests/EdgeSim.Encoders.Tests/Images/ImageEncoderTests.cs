using EdgeSim.Encoders.Images;
using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;
using Google.Protobuf;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Tests.Images;

/// <summary>The encoder over a graph of our own: mean colour of each column, to unit length.</summary>
public sealed class ImageEncoderTests : EncoderContractTests, IDisposable
{
    private const int Side = 16;
    private readonly string folder = Directory.CreateTempSubdirectory("edgesim-images-").FullName;

    public ImageEncoderTests() =>
        File.WriteAllBytes(Path.Combine(folder, "columns.onnx"), Graph);

    private static byte[] Graph { get; } = Columns("image", "embedding").ToByteArray();

    protected override IReadOnlyList<EncoderInput> Samples =>
    [
        Picture("subsampled.jpg"), Picture("palette.png"), Picture("orientation-6.png"),
        Picture("one-pixel.jpg"), Picture("cmyk.jpg"), Picture("alpha.png"),
    ];

    protected override EncoderInput Refused => Picture("pdf.jpg");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Encode_Report_HasTheSizeAfterOrientation()
    {
        using IEncoder encoder = Open();
        var reports = new EncodeReport[2];

        EncoderInput[] inputs = [Picture("orientation-6.png"), Picture("orientation-3.jpg")];
        encoder.Encode(inputs, new float[2 * Side * 3], reports);

        Assert.Equal([new EncodeReport(0, 0, 21, 33), new EncodeReport(0, 0, 40, 24)], reports);
    }

    [Fact]
    public void Encode_Picture_EqualsTheGraphComputedByHand()
    {
        using IEncoder encoder = Open();
        var resizer = new ImageResizer(Manifest("image", "embedding").Image!);
        using var decoder = new ImageDecoder();
        decoder.Decode(Pictures.Read("subsampled.jpg"), resizer);
        var expected = new double[Side * 3];
        for (int i = 0; i < resizer.Tensor.Length; i++)
        {
            expected[i % (Side * 3)] += resizer.Tensor[i] / Side;
        }

        double norm = Math.Sqrt(expected.Sum(value => value * value));
        float[] actual = EncodeTogether(encoder, [Picture("subsampled.jpg")])[0];

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i] / norm, actual[i], 1e-5);
        }
    }

    [Fact]
    public void Encode_UnusedTail_IsLeftAlone()
    {
        using IEncoder encoder = Open();
        var embeddings = new float[3 * Side * 3];
        embeddings.AsSpan().Fill(7);

        encoder.Encode([Picture("rgb.png")], embeddings, new EncodeReport[3]);

        Assert.All(embeddings.AsSpan(Side * 3).ToArray(), value => Assert.Equal(7, value));
    }

    [Fact]
    public void Constructor_GraphAndManifestDisagree_SaysBoth()
    {
        ModelManifest manifest = Manifest("pixels", "embedding");

        var e = Assert.Throws<ModelException>(() => new ImageEncoder(manifest, folder, 1));

        Assert.Contains("pixels", e.Message, StringComparison.Ordinal);
        Assert.Contains("image", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_TextManifest_Throws()
    {
        ModelManifest manifest = Manifest("image", "embedding") with { Modality = Modality.Text };

        Assert.Throws<ModelException>(() => new ImageEncoder(manifest, folder, 1));
    }

    [Fact]
    public void Constructor_NoModelFile_NamesIt()
    {
        var e = Assert.Throws<ModelException>(
            () => new ImageEncoder(Manifest("image", "embedding"), Path.Combine(folder, "none"), 1));

        Assert.Contains("columns.onnx", e.Message, StringComparison.Ordinal);
    }

    protected override IEncoder Open() =>
        new ImageEncoder(Manifest("image", "embedding"), folder, threads: 1);

    private static EncoderInput Picture(string name) => EncoderInput.FromImage(Pictures.Read(name));

    private static Encoders.Onnx.Format.ModelProto Columns(string input, string output)
    {
        var graph = new GraphBuilder("columns");
        graph.Input(input, DataType.Float, 1, Side, Side, 3);
        string columns = graph.Node("ReduceMean", [input], "columns", [
            GraphBuilder.Attribute("axes", [1L]), GraphBuilder.Attribute("keepdims", 0L)]);
        string flat = graph.Node("Reshape", [columns, graph.Integers("shape", 1, Side * 3)]);
        string squares = graph.Node("Mul", [flat, flat]);
        string sum = graph.Node("ReduceSum", [squares, graph.Integers("axes", 1)], "sum", [
            GraphBuilder.Attribute("keepdims", 1L)]);
        string length = graph.Node("Max", [graph.Node("Sqrt", [sum]), graph.Scalar("floor", 1e-12f)]);
        graph.Node("Div", [flat, length], output);
        graph.Output(output, DataType.Float, 1, Side * 3);
        return graph.Build();
    }

    private static ModelManifest Manifest(string input, string output) => new()
    {
        Name = "columns",
        Description = "Mean colour of each column.",
        Modality = Modality.Image,
        Dimension = Side * 3,
        Space = "columns",
        Licence = "MIT",
        Origin = new ModelOrigin("none", "0.0.0", "sha512-", "none"),
        Model = new ModelFile("columns.onnx", Graph.Length, ModelFiles.Sha256(Graph)),
        Image = new ImageInput(input, Side, Side, "stretch", 1 / 127.5f, -1, Pictures.Background),
        Output = output,
        Calibration = new ModelCalibration("", "none", "none", 0),
        Fingerprint = "",
    };
}
