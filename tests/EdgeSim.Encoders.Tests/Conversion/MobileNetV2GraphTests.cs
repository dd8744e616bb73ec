using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using EdgeSim.Encoders.Tests.Images;
using Google.Protobuf;

namespace EdgeSim.Encoders.Tests.Conversion;

public sealed class MobileNetV2GraphTests(ITestOutputHelper output)
{
    /// <summary>
    /// Of the vector's length. Seen: 9e-7 at most, float32 against double through 52 layers.
    /// </summary>
    private const double Tolerance = 1e-5;

    private static readonly Lazy<GraphProto> Default =
        new(() => new MobileNetV2Graph().Build(Package, []).Graph);

    private static IReadOnlyDictionary<string, byte[]> Package => PackageFiles.Objectron;

    [Fact]
    public void Build_PublishedPackage_HasTheLayersOfMobileNetV2()
    {
        GraphProto graph = Default.Value;
        Dictionary<string, TensorProto> constants = graph.Initializer.ToDictionary(tensor => tensor.Name);
        NodeProto[] convolutions = [.. graph.Node.Where(node => node.OpType == "Conv")];
        NodeProto[] depthwise = [.. convolutions.Where(node => Attribute(node, "group").I > 1)];
        NodeProto[] pointwise =
            [.. convolutions.Where(node => Attribute(node, "kernel_shape").Ints.SequenceEqual([1L, 1]))];

        Assert.Equal(52, convolutions.Length);
        Assert.Equal(17, depthwise.Length);
        Assert.Equal(34, pointwise.Length);
        NodeProto stem = Assert.Single(convolutions.Except(depthwise).Except(pointwise));
        Assert.Equal([32L, 3, 3, 3], constants[stem.Input[1]].Dims);
        Assert.All(depthwise, node => Assert.Equal([3L, 3], Attribute(node, "kernel_shape").Ints));
        Assert.All(depthwise, node => Assert.Equal(
            [Attribute(node, "group").I, 1, 3, 3], constants[node.Input[1]].Dims));
        Assert.Equal(35, graph.Node.Count(node => node.OpType == "Clip"));
        Assert.Equal(5, convolutions.Count(node => Attribute(node, "strides").Ints.SequenceEqual([2L, 2])));
        Assert.Equal(
            [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320],
            convolutions.Where(node => node.Name.EndsWith("/project", StringComparison.Ordinal))
                .Select(node => constants[node.Input[1]].Dims[0]));
    }

    [Fact]
    public void Build_PublishedPackage_AddsWhereAStageRepeats()
    {
        int[] blocks = [2, 4, 5, 7, 8, 9, 11, 12, 14, 15];

        Assert.Equal(
            blocks.Select(block => $"expanded_conv_{block}/add"),
            Default.Value.Node.Where(node => node.OpType == "Add").Select(node => node.Output[0]));
        Assert.All(
            Default.Value.Node.Where(node => node.OpType == "Add"),
            node => Assert.Contains(
                node.Name.Replace("/add", "/project", StringComparison.Ordinal), node.Input));
    }

    [Fact]
    public void Build_PublishedPackage_HasTheWeightsOfMobileNetV2()
    {
        long Count(string end) => Default.Value.Initializer
            .Where(tensor => tensor.Name.EndsWith(end, StringComparison.Ordinal))
            .Sum(tensor => tensor.Dims.Aggregate(1L, (product, side) => product * side));

        // 2,223,872 values of the paper's trunk (width 1.0), of which 2 x 17,056 belong to the batch norms;
        // folded, one bias a channel is left of those.
        Assert.Equal(2_223_872 - (2 * 17_056), Count("/weight"));
        Assert.Equal(17_056, Count("/bias"));
    }

    [Fact]
    public void Build_EvenSides_PadsStrideTwoAtTheEndOnly()
    {
        NodeProto[] wide =
        [
            .. Default.Value.Node.Where(
                node => node.OpType == "Conv" && Attribute(node, "kernel_shape").Ints[0] == 3),
        ];

        Assert.Equal(18, wide.Length);
        Assert.All(wide, node => Assert.Equal(
            Attribute(node, "strides").Ints[0] == 2 ? [0L, 0, 1, 1] : [1L, 1, 1, 1],
            Attribute(node, "pads").Ints));
    }

    [Fact]
    public void Build_DefaultSize_HasTheInputsAndOutputsOfTheManifest()
    {
        ValueInfoProto image = Assert.Single(Default.Value.Input);

        Assert.Equal("image", image.Name);
        Assert.Equal(["batch", "224", "224", "3"], Shape(image));
        Assert.Equal(["embedding", "pooled"], Default.Value.Output.Select(each => each.Name));
        Assert.All(Default.Value.Output, each => Assert.Equal(["batch", "1280"], Shape(each)));
        GraphProto centred = new MobileNetV2Graph(32, 64).Build(Package, new float[1280]).Graph;
        Assert.Equal(["batch", "32", "64", "3"], Shape(Assert.Single(centred.Input)));
        Assert.Equal("embedding", Assert.Single(centred.Output).Name);
    }

    [Fact]
    public void Build_Twice_SameBytes()
    {
        byte[] first = new MobileNetV2Graph(64, 64).Build(Package, []).ToByteArray();

        Assert.Equal(first, new MobileNetV2Graph(64, 64).Build(Package, []).ToByteArray());
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(64, 96)]
    [InlineData(65, 47)]
    [InlineData(224, 224)]
    public void Build_PublishedPackage_EqualsNaiveArithmetic(int height, int width)
    {
        Assert.SkipWhen(Pictures.Emulated && height > 100, "slow under emulation; the small sizes ran");
        float[] picture = Picture(height, width, seed: (ulong)height);
        double[] expected = new NaiveTrunk(MobileNetV2Package.Read(Package)).Pooled(picture, height, width);

        IReadOnlyList<OnnxTensor> actual = Run(height, width, [], picture, "pooled", "embedding");

        double pooled = RelativeError(expected, actual[0].Floats!);
        double embedding = RelativeError(Unit(expected), actual[1].Floats!);
        output.WriteLine($"{height} x {width}: pooled {pooled:E2}, embedding {embedding:E2} of the length");
        Assert.True(pooled <= Tolerance, $"pooled {pooled:E2}");
        Assert.True(embedding <= Tolerance, $"embedding {embedding:E2}");
    }

    /// <summary>The comparison above can see what it is for.</summary>
    [Fact]
    public void Build_PublishedPackage_DiffersFromWrongPadding()
    {
        float[] picture = Picture(64, 96, seed: 64);
        var wrong = new NaiveTrunk(MobileNetV2Package.Read(Package), oddZeroFirst: true);

        double error = RelativeError(
            wrong.Pooled(picture, 64, 96), Run(64, 96, [], picture, "pooled")[0].Floats!);

        output.WriteLine($"The odd zero at the other end: {error:E2} of the length");
        Assert.True(error >= 1000 * Tolerance, $"{error:E2}");
    }

    [Fact]
    public void Build_WithMean_SubtractsItBeforeTheLengthIsMadeOne()
    {
        float[] picture = Picture(32, 32, seed: 5);
        float[] pooled = Run(32, 32, [], picture, "pooled")[0].Floats!;
        float[] mean = [.. Enumerable.Range(0, 1280).Select(i => i % 3 * 0.2f)];

        float[] actual = Run(32, 32, mean, picture, "embedding")[0].Floats!;

        double[] centred = [.. pooled.Zip(mean, (value, centre) => (double)value - centre)];
        double error = RelativeError(Unit(centred), actual);
        Assert.True(error <= Tolerance, $"{error:E2}");
    }

    [Fact]
    public void Build_MeanOfThePictureItself_GivesZerosNotNumbersFromNothing()
    {
        float[] picture = Picture(32, 32, seed: 6);
        float[] mean = Run(32, 32, [], picture, "pooled")[0].Floats!;

        Assert.All(Run(32, 32, mean, picture, "embedding")[0].Floats!, value => Assert.Equal(0f, value));
    }

    [Fact]
    public void Build_Batch_EqualsSingleWithinRounding()
    {
        float[][] pictures = [Picture(64, 64, seed: 1), Picture(64, 64, seed: 2), Picture(64, 64, seed: 3)];
        float[] batch = [.. pictures.SelectMany(values => values)];
        float[] together = Run(64, 64, [], batch, "embedding")[0].Floats!;

        for (int i = 0; i < pictures.Length; i++)
        {
            float[] alone = Run(64, 64, [], pictures[i], "embedding")[0].Floats!;
            double error = RelativeError(
                Array.ConvertAll(alone, value => (double)value), together.AsSpan(i * 1280, 1280));
            Assert.True(error <= Tolerance, $"picture {i}: {error:E2}");
        }
    }

    [Theory]
    [InlineData(31, 224)]
    [InlineData(224, 1025)]
    public void Build_SideOutOfRange_Throws(int height, int width)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new MobileNetV2Graph(height, width).Build(Package, []));
    }

    [Fact]
    public void Build_MeanOfOtherLength_SaysBoth()
    {
        AssertRefused(Package, new float[512], "512", "1280");
    }

    [Fact]
    public void Build_OtherPackage_NamesTheFileAndThePackage()
    {
        AssertRefused(
            new Dictionary<string, byte[]>(), [], MobileNetV2Package.Assets, "@mediapipe/objectron");
    }

    [Fact]
    public void Build_FileCut_SaysBothLengths()
    {
        AssertRefused(Assets(bytes => bytes[..^1]), [], "9987911", "9987912");
    }

    [Fact]
    public void Build_OneBitOff_SaysBothHashes()
    {
        AssertRefused(
            Assets(bytes =>
            {
                bytes[5_000_000] ^= 1;
                return bytes;
            }),
            [],
            "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
            "SHA-256");
    }

    [Fact]
    public void SideFiles_PublishedPackage_AreNone()
    {
        Assert.Empty(new MobileNetV2Graph().SideFiles(Package));
    }

    private static void AssertRefused(
        IReadOnlyDictionary<string, byte[]> package, float[] mean, params string[] words)
    {
        var e = Assert.Throws<ModelException>(() => new MobileNetV2Graph().Build(package, mean));

        foreach (string word in words)
        {
            Assert.Contains(word, e.Message, StringComparison.Ordinal);
        }
    }

    private static Dictionary<string, byte[]> Assets(Func<byte[], byte[]> change) => new()
    {
        [MobileNetV2Package.Assets] = change([.. Package[MobileNetV2Package.Assets]]),
    };

    private static AttributeProto Attribute(NodeProto node, string name) =>
        node.Attribute.Single(attribute => attribute.Name == name);

    private static IEnumerable<string> Shape(ValueInfoProto value) =>
        value.Type.TensorType.Shape.Dim.Select(
            side => side.DimParam is { Length: > 0 } word ? word : $"{side.DimValue}");

    /// <summary>
    /// Values as the encoder makes them, -1..1: random squares of different size, so that every scale has
    /// contrast.
    /// </summary>
    private static float[] Picture(int height, int width, ulong seed)
    {
        var random = new SplitMix64(seed);
        var picture = new float[height * width * 3];
        for (int square = 0; square < 60; square++)
        {
            int side = 1 + random.Below(Math.Max(height, width) / 2);
            (int top, int left) = (random.Below(height), random.Below(width));
            float[] colour = [.. Enumerable.Range(0, 3).Select(_ => (random.Below(256) / 127.5f) - 1)];
            for (int y = top; y < Math.Min(height, top + side); y++)
            {
                for (int x = left * 3; x < Math.Min(width, left + side) * 3; x++)
                {
                    picture[(y * width * 3) + x] = colour[x % 3];
                }
            }
        }

        return picture;
    }

    private static IReadOnlyList<OnnxTensor> Run(
        int height, int width, float[] mean, float[] pictures, params string[] outputs)
    {
        ModelProto model = new MobileNetV2Graph(height, width).Build(Package, mean);
        using var session = new OnnxSession(model.ToByteArray(), threads: 1);
        long count = pictures.Length / (3 * height * width);
        var image = new OnnxTensor("image", [count, height, width, 3]) { Floats = pictures };
        return session.RunAll([image], outputs);
    }

    private static double[] Unit(double[] vector)
    {
        double length = Math.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }

    /// <summary>Length of the difference, by the length of what is expected.</summary>
    private static double RelativeError(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            length += expected[i] * expected[i];
        }

        return Math.Sqrt(difference / length);
    }
}
