using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using EdgeSim.Encoders.Quantization;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Tests.Quantization;

public sealed class CalibratorTests
{
    [Fact]
    public void MinMax_TwoInputs_SpansBothInGraphOrder()
    {
        using var calibrator = new Calibrator(Model(), threads: 1);

        IReadOnlyDictionary<string, ActivationRange> ranges = calibrator.MinMax(
            [Input(1f, -2f), Input(3f, 0.5f)]);

        Assert.Equal(["x", "relu"], calibrator.Activations);
        Assert.Equal((-2f, 3f), (ranges["x"].Min, ranges["x"].Max));
        Assert.Equal((0f, 6f), (ranges["relu"].Min, ranges["relu"].Max));
    }

    [Fact]
    public void MeanOf_ThreeInputs_IsTheirMean()
    {
        float[] mean = Calibrator.MeanOf(
            Model(), "y", [Input(1f, 0f), Input(2f, 0f), Input(6f, 3f)], threads: 1);

        Assert.Equal([6f, 2f], mean);
    }

    [Fact]
    public void Write_ThenRead_KeepsSixDigits()
    {
        var file = new CalibrationFile
        {
            Model = "m",
            Ranges = new Dictionary<string, float[]> { ["a/b"] = [-1.23456789f, 0f], ["c"] = [0f, 1e-7f] },
            Mean = [.. Enumerable.Range(0, 20).Select(i => i / 3f)],
        };

        byte[] written = file.Write();
        CalibrationFile read = CalibrationFile.Read(written, "test");

        Assert.Equal(-1.23457f, read.Ranges["a/b"][0]);
        Assert.Equal(1e-7f, read.Ranges["c"][1]);
        Assert.Equal([.. file.Mean.Select(CalibrationFile.Round)], read.Mean!);
        Assert.Equal(written, read.Write());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model":"m","ranges":{"a":[1]}}""")]
    [InlineData("""{"model":"m","ranges":{"a":[2,1]}}""")]
    [InlineData("""{"model":"m","ranges":{},"surprise":1}""")]
    [InlineData("not json")]
    public void Read_Wrong_SaysWhichFile(string json)
    {
        var e = Assert.Throws<ModelException>(
            () => CalibrationFile.Read(System.Text.Encoding.UTF8.GetBytes(json), "the/file.json"));

        Assert.Contains("the/file.json", e.Message, StringComparison.Ordinal);
    }

    /// <summary>y = relu(2x) · identity.</summary>
    private static ModelProto Model()
    {
        var graph = new GraphBuilder("calibration");
        graph.Input("x", DataType.Float, 1, 2);
        graph.Initializer("double", [2, 2], [2f, 0f, 0f, 2f]);
        graph.Initializer("identity", [2, 2], [1f, 0f, 0f, 1f]);
        graph.Node("MatMul", ["x", "double"], "doubled");
        graph.Node("Relu", ["doubled"], "relu");
        graph.Node("MatMul", ["relu", "identity"], "y");
        graph.Output("y", DataType.Float, 1, 2);
        return graph.Build();
    }

    private static OnnxTensor[] Input(float a, float b) => [new OnnxTensor("x", [1, 2]) { Floats = [a, b] }];
}
