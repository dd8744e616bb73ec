using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using EdgeSim.Encoders.Quantization;
using Google.Protobuf;
using static EdgeSim.Encoders.Onnx.GraphBuilder;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Tests.Quantization;

/// <summary>Small graphs made by hand, whose int8 form can be worked out on paper.</summary>
public sealed class QdqQuantizerTests
{
    private static readonly ActivationRange Bytes = new(0f, 255f);
    private static readonly ActivationRange Signed = new(-1f, 1f);

    [Fact]
    public void Quantize_MatMul_CodesInputAndColumnsAndLeavesTheResultFloat()
    {
        ModelProto quantized = Quantize(MatMul(), new Dictionary<string, ActivationRange> { ["x"] = Bytes });

        Assert.Equal(
            ["QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "MatMul"],
            quantized.Graph.Node.Select(n => n.OpType));
        Assert.Equal([1f], Floats(quantized, "x.scale"));
        Assert.Equal([0.01f, 1f], Floats(quantized, "w@y.scale"));
        Assert.Equal(
            new byte[] { 127, 129, 206, 64 }, Constant(quantized, "w@y.codes").RawData.ToByteArray());
        Assert.Equal(1, quantized.Graph.Node[2].Attribute.Single(a => a.Name == "axis").I);
        Assert.DoesNotContain(quantized.Graph.Initializer, t => t.Name == "w");

        // 2 x [1.27, -127] + 3 x [-0.5, 64]: every number has an exact code, so the result is exact.
        float[] y = Run(quantized, "y", new OnnxTensor("x", [1, 2]) { Floats = [2f, 3f] });
        Assert.Equal(1.04f, y[0], 1e-6f);
        Assert.Equal(-62f, y[1], 1e-4f);
    }

    [Fact]
    public void Quantize_ConvClip_CodesTheClippedResultOnly()
    {
        QuantizationPlan plan = QuantizationPlan.For(Convolution(1f, 0.5f).Graph);

        Assert.Equal(["x", "clipped"], plan.Activations);
    }

    [Fact]
    public void Quantize_DeadChannel_KeepsItsBias()
    {
        ModelProto model = Convolution(weight: 1e-12f, bias: 3f);
        var ranges = new Dictionary<string, ActivationRange> { ["x"] = Signed, ["clipped"] = new(0f, 6f) };

        ModelProto quantized = Quantize(model, ranges);
        float kept = Run(quantized, "y", Pixel(1f))[0];

        // The same graph with the plain scale, largest / 127: its bias code is 3 / (2/255 x 1e-12/127), far
        // beyond int32.
        double plainCode = 3 / (Signed.Scale * (1e-12 / 127));
        Assert.True(plainCode > int.MaxValue);
        SetPlainScale(quantized, 1e-12f / 127, unchecked((int)(long)plainCode));
        float overflowed = Run(quantized, "y", Pixel(1f))[0];

        Assert.Equal(3f, kept, 6f / 255);
        Assert.True(
            Math.Abs(overflowed - 3f) > 1,
            $"without the rule the result should be wrong, it is {overflowed}");
    }

    [Fact]
    public void Quantize_ResidualBlock_AddsInInt8()
    {
        var graph = new GraphBuilder("residual");
        graph.Input("x", DataType.Float, 1, 1, 1, 1);
        graph.Initializer("w", [1, 1, 1, 1], [0.5f]);
        graph.Node("Conv", ["x", "w"], "a");
        graph.Node("Conv", ["a", "w"], "b");
        graph.Node("Add", ["a", "b"], "sum");
        graph.Node("Conv", ["sum", "w"], "c");
        graph.Node("GlobalAveragePool", ["c"], "y");
        graph.Output("y", DataType.Float, 1, 1, 1, 1);
        ModelProto model = graph.Build();

        QuantizationPlan plan = QuantizationPlan.For(model.Graph);
        Assert.Equal(["x", "a", "b", "sum", "c"], plan.Activations);
        Assert.Empty(plan.LinearConvolutions);
        ModelProto quantized = Quantize(model, plan.Activations.ToDictionary(n => n, _ => Signed));

        Assert.Equal(["a.restored", "b.restored"], quantized.Graph.Node.Single(n => n.OpType == "Add").Input);
        Assert.Equal(0.375f, Run(quantized, "y", Pixel(1f))[0], 0.02f);
    }

    [Fact]
    public void Quantize_AddOfFloatResults_StaysFloat()
    {
        var graph = new GraphBuilder("float add");
        graph.Input("x", DataType.Float, 1, 2);
        graph.Initializer("w", [2, 2], [1f, 0f, 0f, 1f]);
        graph.Node("MatMul", ["x", "w"], "a");
        graph.Node("Add", ["a", "x"], "y");
        graph.Output("y", DataType.Float, 1, 2);

        Assert.Equal(["x"], QuantizationPlan.For(graph.Build().Graph).Activations);
    }

    [Fact]
    public void Quantize_MatMulBehindPooling_CodesWeightsOnly()
    {
        var graph = new GraphBuilder("head");
        graph.Input("x", DataType.Float, 1, 2, 2);
        graph.Node("ReduceMean", ["x"], "pooled", Attribute("axes", [1L]), Attribute("keepdims", 0L));
        graph.Initializer("w", [2, 2], [1.27f, 0f, 0f, 1.27f]);
        graph.Node("MatMul", ["pooled", "w"], "y");
        graph.Output("y", DataType.Float, 1, 2);

        ModelProto quantized = Quantize(graph.Build(), new Dictionary<string, ActivationRange>());

        Assert.Equal(
            ["ReduceMean", "DequantizeLinear", "MatMul"], quantized.Graph.Node.Select(n => n.OpType));
        Assert.Equal("pooled", quantized.Graph.Node[2].Input[0]);
    }

    [Fact]
    public void Quantize_Table_GathersCodesAndScales()
    {
        var graph = new GraphBuilder("table");
        graph.Input("ids", DataType.Int64, 1, 3);
        graph.Initializer("table", [2, 2], [1.27f, -0.5f, 127f, 3f]);
        graph.Node("Gather", ["table", "ids"], "y");
        graph.Output("y", DataType.Float, 1, 3, 2);

        ModelProto quantized = Quantize(graph.Build(), new Dictionary<string, ActivationRange>());
        float[] y = Run(quantized, "y", new OnnxTensor("ids", [1, 3]) { Int64s = [1, 0, 1] });

        Assert.Equal(["Gather", "Cast", "Gather", "Mul"], quantized.Graph.Node.Select(n => n.OpType));
        Assert.Equal([127f, 3f, 1.27f, -0.5f, 127f, 3f], y);
        Assert.DoesNotContain(quantized.Graph.Initializer, t => t.Name == "table");
    }

    [Fact]
    public void Quantize_GatherOfShape_StaysAsItIs()
    {
        var graph = new GraphBuilder("shape");
        graph.Input("x", DataType.Float, 1, 3);
        graph.Node("Shape", ["x"], "shape");
        graph.Node("Gather", ["shape", graph.Integers("axis", 1)], "y");
        graph.Output("y", DataType.Int64, 1);
        ModelProto model = graph.Build();

        Assert.Equal(model, Quantize(model, new Dictionary<string, ActivationRange>()));
    }

    [Fact]
    public void Quantize_RangeMissing_NamesTheTensor()
    {
        var e = Assert.Throws<ModelException>(
            () => Quantize(MatMul(), new Dictionary<string, ActivationRange>()));

        Assert.Contains("'x'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantize_Twice_GivesTheSameBytesAndLeavesTheFloatModel()
    {
        ModelProto model = MatMul();
        byte[] before = model.ToByteArray();
        var ranges = new Dictionary<string, ActivationRange> { ["x"] = Signed };

        byte[] first = Quantize(model, ranges).ToByteArray();
        byte[] second = Quantize(model, ranges).ToByteArray();

        Assert.Equal(first, second);
        Assert.Equal(before, model.ToByteArray());
    }

    [Fact]
    public void Quantize_BiasShifts_MoveTheBias()
    {
        ModelProto model = Convolution(weight: 1f, bias: 1f);
        var ranges = new Dictionary<string, ActivationRange> { ["x"] = Signed, ["clipped"] = new(0f, 6f) };

        ModelProto shifted = QdqQuantizer.Quantize(
            model, ranges, new Dictionary<string, float[]> { ["raw"] = [0.5f] });
        var e = Assert.Throws<ModelException>(() => QdqQuantizer.Quantize(
            model, ranges, new Dictionary<string, float[]> { ["raw"] = [0.5f, 0.5f] }));

        Assert.Equal(2.5f, Run(shifted, "y", Pixel(1f))[0], 6f / 255);
        Assert.Contains("'raw'", e.Message, StringComparison.Ordinal);
    }

    private static ModelProto Quantize(ModelProto model, Dictionary<string, ActivationRange> ranges) =>
        QdqQuantizer.Quantize(model, ranges, new Dictionary<string, float[]>());

    private static ModelProto MatMul()
    {
        var graph = new GraphBuilder("matmul");
        graph.Input("x", DataType.Float, "rows", 2);
        graph.Initializer("w", [2, 2], [1.27f, -127f, -0.5f, 64f]);
        graph.Node("MatMul", ["x", "w"], "y");
        graph.Output("y", DataType.Float, "rows", 2);
        return graph.Build();
    }

    private static ModelProto Convolution(float weight, float bias)
    {
        var graph = new GraphBuilder("convolution");
        graph.Input("x", DataType.Float, 1, 1, 1, 1);
        graph.Initializer("w", [1, 1, 1, 1], [weight]);
        graph.Initializer("b", [1], [bias]);
        graph.Node("Conv", ["x", "w", "b"], "raw");
        graph.Node("Clip", ["raw", graph.Scalar("low", 0f), graph.Scalar("high", 6f)], "clipped");
        graph.Node("GlobalAveragePool", ["clipped"], "y");
        graph.Output("y", DataType.Float, 1, 1, 1, 1);
        return graph.Build();
    }

    private static void SetPlainScale(ModelProto model, float scale, int biasCode)
    {
        Constant(model, "w@raw.scale").RawData = ByteString.CopyFrom(BitConverter.GetBytes(scale));
        Constant(model, "b@raw.scale").RawData = ByteString.CopyFrom(
            BitConverter.GetBytes(scale * Signed.Scale));
        Constant(model, "b@raw.codes").RawData = ByteString.CopyFrom(BitConverter.GetBytes(biasCode));
    }

    private static OnnxTensor Pixel(float value) => new("x", [1, 1, 1, 1]) { Floats = [value] };

    private static float[] Run(ModelProto model, string output, OnnxTensor input)
    {
        using var session = new OnnxSession(model.ToByteArray(), threads: 1);
        return session.RunAll([input], [output])[0].Floats!;
    }

    private static TensorProto Constant(ModelProto model, string name) =>
        model.Graph.Initializer.Single(t => t.Name == name);

    private static float[] Floats(ModelProto model, string name) => TensorData.Floats(Constant(model, name));
}
