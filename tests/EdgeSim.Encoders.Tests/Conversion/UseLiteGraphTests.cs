using System.Text;
using System.Text.Json.Nodes;
using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Tests.Images;
using EdgeSim.Encoders.Onnx.Format;
using EdgeSim.Encoders.Tests.Text;
using Google.Protobuf;

namespace EdgeSim.Encoders.Tests.Conversion;

public sealed class UseLiteGraphTests(ITestOutputHelper output)
{
    private const int TokensMax = 128;
    private const int Dimension = 512;

    private static readonly Lazy<byte[]> Model = new(() => Build().ToByteArray());

    [Fact]
    public void Build_PublishedPackage_EqualsReferenceEmbeddings()
    {
        using var session = new OnnxSession(Model.Value, threads: 1);
        double worst = 0;
        foreach (ReferenceText reference in ReferenceText.All)
        {
            float[] actual = Run(session, [reference.Ids]);
            double difference = MaxDifference(reference.Embedding, actual);
            worst = Math.Max(worst, difference);
            Assert.True(difference <= 1e-5, $"'{reference.Text}': {difference:E2}");
        }

        output.WriteLine($"Largest difference over {ReferenceText.All.Count} texts: {worst:E2}");
    }

    [Fact]
    public void Build_PaddedBatch_EqualsSingleWithinRounding()
    {
        using var session = new OnnxSession(Model.Value, threads: 1);
        int every = Pictures.Emulated ? 10 : 1;
        long[][] batch = [.. ReferenceText.All.Where((_, i) => i % every == 0).Select(text => text.Ids)];
        float[] together = Run(session, batch);

        double worst = 0;
        int same = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            float[] alone = Run(session, [batch[i]]);
            ReadOnlySpan<float> row = together.AsSpan(i * Dimension, Dimension);
            worst = Math.Max(worst, MaxDifference(alone, row));
            same += row.SequenceEqual(alone) ? 1 : 0;
        }

        output.WriteLine($"Padded to 128: largest difference {worst:E2}, {same} of {batch.Length} bit-equal");
        Assert.True(worst <= 2e-6, $"{worst:E2}");
    }

    [Fact]
    public void Build_Twice_SameBytes()
    {
        Assert.Equal(Model.Value, Build().ToByteArray());
    }

    [Fact]
    public void Build_LinearLayers_AreMatMulWithConstantThenAddOfConstant()
    {
        GraphProto graph = Build().Graph;
        Dictionary<string, TensorProto> constants = graph.Initializer.ToDictionary(tensor => tensor.Name);
        int layers = 0;
        foreach (NodeProto node in graph.Node.Where(node => node.OpType == "MatMul"))
        {
            if (!constants.ContainsKey(node.Input[1]))
            {
                continue;
            }

            NodeProto add = Assert.Single(graph.Node, next => next.Input.Contains(node.Output[0]));
            Assert.Equal("Add", add.OpType);
            Assert.Equal(constants[node.Input[1]].Dims[1], Assert.Single(constants[add.Input[1]].Dims));
            layers++;
        }

        Assert.Equal(10, layers);
    }

    [Fact]
    public void Build_ShardMissing_NamesIt()
    {
        Dictionary<string, byte[]> package = Copy();
        package.Remove("dist/group1-shard3of7");

        var e = Assert.Throws<ModelException>(() => new UseLiteGraph().Build(package, []));

        Assert.Contains("group1-shard3of7", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_ShardShort_SaysHowMuchIsMissing()
    {
        Dictionary<string, byte[]> package = Copy();
        package["dist/group1-shard7of7"] = package["dist/group1-shard7of7"][..^4];

        var e = Assert.Throws<ModelException>(() => new UseLiteGraph().Build(package, []));

        Assert.Contains("27903656", e.Message, StringComparison.Ordinal);
        Assert.Contains("27903652", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"shape\":[8002,256]", "\"shape\":[256,8002]")]
    [InlineData("\"module/Embeddings_en\",\"shape\"", "\"module/Embeddings_xx\",\"shape\"")]
    [InlineData("\"dtype\":\"float32\"", "\"dtype\":\"float16\"")]
    [InlineData("\"weightsManifest\"", "\"otherManifest\"")]
    [InlineData("{", "[")]
    public void Build_OtherModelJson_IsRefused(string from, string to)
    {
        Dictionary<string, byte[]> package = Copy();
        string json = JsonNode.Parse(package["dist/model.json"])!.ToJsonString();
        string changed = json.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(json, changed);
        package["dist/model.json"] = Encoding.UTF8.GetBytes(changed);

        var e = Assert.Throws<ModelException>(() => new UseLiteGraph().Build(package, []));

        Assert.Contains("dist/model.json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_OtherPackage_IsRefused()
    {
        Assert.Throws<ModelException>(() => new UseLiteGraph().Build(new Dictionary<string, byte[]>(), []));
        Assert.Throws<ModelException>(() => new UseLiteGraph().SideFiles(new Dictionary<string, byte[]>()));
    }

    [Fact]
    public void Build_WithMean_Throws()
    {
        Assert.Throws<ArgumentException>(
            () => new UseLiteGraph().Build(PackageFiles.UseLite, new float[Dimension]));
    }

    [Fact]
    public void SideFiles_PublishedPackage_AreTheVocabulary()
    {
        IReadOnlyDictionary<string, byte[]> files = new UseLiteGraph().SideFiles(PackageFiles.UseLite);

        Assert.Equal(218_327, Assert.Single(files).Value.Length);
        Assert.True(files.ContainsKey("vocab.json"));
    }

    private static ModelProto Build() => new UseLiteGraph().Build(PackageFiles.UseLite, []);

    private static Dictionary<string, byte[]> Copy() => new(PackageFiles.UseLite);

    /// <summary>Runs token lists as one batch, padded to the longest with -1 as the original does.</summary>
    private static float[] Run(OnnxSession session, long[][] batch)
    {
        int tokens = Math.Min(TokensMax, batch.Max(ids => ids.Length));
        var ids = new long[batch.Length * tokens];
        var mask = new long[ids.Length];
        Array.Fill(ids, -1);
        for (int row = 0; row < batch.Length; row++)
        {
            int count = Math.Min(tokens, batch[row].Length);
            batch[row].AsSpan(0, count).CopyTo(ids.AsSpan(row * tokens));
            mask.AsSpan(row * tokens, count).Fill(1);
        }

        long[] shape = [batch.Length, tokens];
        var embeddings = new float[batch.Length * Dimension];
        session.Run(
            [
                new OnnxTensor("input_ids", shape) { Int64s = ids },
                new OnnxTensor("attention_mask", shape) { Int64s = mask },
            ],
            new OnnxTensor("embedding", [batch.Length, Dimension]) { Floats = embeddings });
        return embeddings;
    }

    private static double MaxDifference(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Assert.Equal(x.Length, y.Length);
        double worst = 0;
        for (int i = 0; i < x.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(x[i] - y[i]));
        }

        return worst;
    }
}
