using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using Google.Protobuf;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Tests.Onnx;

public sealed class GraphBuilderTests
{
    [Fact]
    public void Build_SmallGraph_RunsInOnnxRuntime()
    {
        using var session = new OnnxSession(AffineGraph().ToByteArray(), threads: 1);
        var x = new OnnxTensor("x", [2, 3]) { Floats = [1, 2, 3, 4, 5, 6] };

        IReadOnlyList<OnnxTensor> results = session.RunAll([x], ["y"]);

        Assert.Equal([2L, 2L], results[0].Shape);
        Assert.Equal([1 + 6 + 0.5f, 2 + 6 - 0.5f, 4 + 12 + 0.5f, 5 + 12 - 0.5f], results[0].Floats!);
    }

    [Fact]
    public void Build_SameCalls_SameBytes()
    {
        Assert.Equal(AffineGraph().ToByteArray(), AffineGraph().ToByteArray());
    }

    [Fact]
    public void Build_Twice_Throws()
    {
        var builder = new GraphBuilder("twice");
        builder.Output(builder.Input("x", DataType.Float, 1), DataType.Float, 1);
        builder.Build();

        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Fact]
    public void Build_NoOutput_Throws()
    {
        Assert.Throws<InvalidOperationException>(new GraphBuilder("empty").Build);
    }

    [Fact]
    public void Node_UnknownInput_NamesIt()
    {
        var builder = new GraphBuilder("wrong");

        var e = Assert.Throws<ArgumentException>(() => builder.Node("Relu", ["nowhere"]));

        Assert.Contains("nowhere", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Initializer_NameTaken_Throws()
    {
        var builder = new GraphBuilder("wrong");
        builder.Scalar("one", 1);

        Assert.Throws<ArgumentException>(() => builder.Scalar("one", 1));
    }

    [Fact]
    public void Initializer_CountDoesNotMatchShape_Throws()
    {
        var builder = new GraphBuilder("wrong");

        Assert.Throws<ArgumentException>(() => builder.Initializer("w", [2, 2], [1f, 2f, 3f]));
    }

    private static ModelProto AffineGraph()
    {
        var builder = new GraphBuilder("affine");
        string x = builder.Input("x", DataType.Float, "batch", 3);
        string weight = builder.Initializer("weight", [3, 2], [1f, 0, 0, 1, 2, 2]);
        string bias = builder.Initializer("bias", [2], [0.5f, -0.5f]);
        string product = builder.Node("MatMul", [x, weight]);
        builder.Node("Add", [product, bias], "y");
        builder.Output("y", DataType.Float, "batch", 2);
        return builder.Build();
    }
}
