using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Conversion.TensorFlowLite;
using EdgeSim.Encoders.Onnx;

namespace EdgeSim.Encoders.Tests.Conversion;

/// <summary>
/// The reader of TensorFlow Lite files and the trunk written from them: right on right files, and on damaged
/// ones a <see cref="ModelException"/> that says what is wrong, never another exception, a loop or a flood of
/// memory. The product checks the file's hash first; this is the second wall.
/// </summary>
public sealed partial class TensorFlowLiteTests(ITestOutputHelper output)
{
    [Fact]
    public void Parse_TinyFile_GivesBackWhatWasWritten()
    {
        var tiny = new TinyTensorFlowLite();

        TensorFlowLiteModel model = Parse(tiny);

        Assert.Equal([TinyTensorFlowLite.Picture], model.Inputs);
        Assert.Equal([TinyTensorFlowLite.Last], model.Outputs);
        Assert.Equal(tiny.Tensors.Count, model.Tensors.Count);
        foreach ((TensorFlowLiteTensor expected, TensorFlowLiteTensor actual)
            in tiny.Tensors.Zip(model.Tensors))
        {
            Assert.Equal((expected.Name, expected.Kind), (actual.Name, actual.Kind));
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.True(expected.Data.AsSpan().SequenceEqual(actual.Data), expected.Name);
        }

        foreach ((TensorFlowLiteOperator expected, TensorFlowLiteOperator actual)
            in tiny.Operators.Zip(model.Operators))
        {
            Assert.Equal(expected.Inputs, actual.Inputs);
            Assert.Equal(expected.Outputs, actual.Outputs);
            Assert.Equal(expected with { Inputs = actual.Inputs, Outputs = actual.Outputs }, actual);
        }
    }

    [Fact]
    public void Parse_BehindOtherBytes_EqualsAlone()
    {
        byte[] file = new TinyTensorFlowLite().Write();

        TensorFlowLiteModel model = TensorFlowLiteModel.Parse([.. new byte[184], .. file], 184);

        Assert.Equal(new TinyTensorFlowLite().Tensors.Select(t => t.Name), model.Tensors.Select(t => t.Name));
        Assert.Equal(
            Parse(new TinyTensorFlowLite()).Constant(TinyTensorFlowLite.StemBias),
            model.Constant(TinyTensorFlowLite.StemBias));
    }

    [Fact]
    public void Constant_HalfBehindDequantize_IsItsExactFloats()
    {
        float[] values = Parse(new TinyTensorFlowLite()).Constant(TinyTensorFlowLite.StemWeight);

        Assert.Equal(54, values.Length);
        Assert.Equal([0f, 0.5f, 1f, 0.25f, 0.75f, 0f], values[..6]);
    }

    [Theory]
    [InlineData("TFL2")]
    [InlineData("ONNX")]
    public void Parse_OtherIdentifier_NamesTheExpectedOne(string identifier)
    {
        AssertRefused(new TinyTensorFlowLite { Identifier = identifier }, "'TFL3'");
    }

    [Fact]
    public void Parse_OtherVersion_SaysBoth()
    {
        AssertRefused(new TinyTensorFlowLite { Version = 4 }, "version 4", "version 3");
    }

    [Fact]
    public void Parse_StartBeyondTheFile_SaysBoth()
    {
        var e = Assert.Throws<ModelException>(() => TensorFlowLiteModel.Parse(new byte[7], 184));

        Assert.Contains("184", e.Message, StringComparison.Ordinal);
        Assert.Contains("7 bytes", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Parse_SideBelowOne_NamesTheTensor(int side)
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Tensors[TinyTensorFlowLite.StemBias] =
            tiny.Tensors[TinyTensorFlowLite.StemBias] with { Shape = [side, 2] };

        AssertRefused(tiny, "stem/bias", $"[{side}, 2]");
    }

    [Theory]
    [InlineData(15)]
    [InlineData(-2)]
    [InlineData(int.MaxValue)]
    public void Parse_OperandOutsideOfTheTensors_SaysWhich(int operand)
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Operators[1] = tiny.Operators[1] with { Inputs = [0, operand, 3] };

        AssertRefused(tiny, $"tensor {operand} of 15");
    }

    [Fact]
    public void Parse_TwoOperatorsWriteOneTensor_NamesIt()
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Operators.Add(tiny.Operators[1]);

        AssertRefused(tiny, "two operators", "FeatureExtractor/MobilenetV2/Conv/Relu6");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(255)]
    public void Constant_OtherElementType_NamesTensorAndType(byte kind)
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Tensors[TinyTensorFlowLite.StemBias] =
            tiny.Tensors[TinyTensorFlowLite.StemBias] with { Kind = (ElementKind)kind };

        AssertNoConstant(tiny, TinyTensorFlowLite.StemBias, "stem/bias", $"type {kind}");
    }

    [Fact]
    public void Constant_ShapeOfOtherLength_SaysBoth()
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Tensors[TinyTensorFlowLite.StemBias] =
            tiny.Tensors[TinyTensorFlowLite.StemBias] with { Shape = [3] };

        AssertNoConstant(tiny, TinyTensorFlowLite.StemBias, "stem/bias", "8 bytes", "12");
    }

    [Fact]
    public void Constant_ShapeBeyondAllMemory_IsRefused()
    {
        var tiny = new TinyTensorFlowLite();
        int[] shape = [.. Enumerable.Repeat(int.MaxValue, 8)];
        tiny.Tensors[TinyTensorFlowLite.StemBias] =
            tiny.Tensors[TinyTensorFlowLite.StemBias] with { Shape = shape };

        AssertNoConstant(tiny, TinyTensorFlowLite.StemBias, "stem/bias", "8 bytes");
    }

    [Fact]
    public void Constant_OfAComputedTensor_IsRefused()
    {
        AssertNoConstant(new TinyTensorFlowLite(), TinyTensorFlowLite.Stem, "Conv/Relu6");
    }

    [Fact]
    public void Constant_NotFinite_SaysWhichElement()
    {
        var tiny = new TinyTensorFlowLite();
        BitConverter.TryWriteBytes(tiny.Tensors[TinyTensorFlowLite.StemBias].Data.AsSpan(4), float.NaN);

        AssertNoConstant(tiny, TinyTensorFlowLite.StemBias, "stem/bias", "element 1");
    }

    [Fact]
    public void Constant_DequantizeOfNothing_IsRefused()
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Operators[0] = tiny.Operators[0] with { Inputs = [-1] };

        AssertNoConstant(tiny, TinyTensorFlowLite.StemWeight, "stem/weight");
    }

    [Fact]
    public void Constant_DequantizeOfOtherShape_SaysBoth()
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Tensors[TinyTensorFlowLite.StemWeight] =
            tiny.Tensors[TinyTensorFlowLite.StemWeight] with { Shape = [4, 3, 3, 3] };

        AssertNoConstant(tiny, TinyTensorFlowLite.StemWeight, "[2, 3, 3, 3]", "[4, 3, 3, 3]");
    }

    [Fact]
    public void Add_TinyTrunk_IsWritten()
    {
        MobileNetV2Trunk.Plane last = AddTrunk(Parse(new TinyTensorFlowLite()));

        Assert.Equal((5, 16, 20), (last.Channels, last.Height, last.Width));
    }

    [Fact]
    public void Add_NoLastTensor_NamesIt()
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Tensors[TinyTensorFlowLite.Last] = tiny.Tensors[TinyTensorFlowLite.Last] with { Name = "other" };

        AssertNoTrunk(tiny, "no tensor 'FeatureExtractor/MobilenetV2/Conv_1/Relu6'");
    }

    [Theory]
    [InlineData("FeatureExtractor/MobilenetV2/")]
    [InlineData("FeatureExtractor/MobilenetV2/;Conv/Relu6")]
    [InlineData("FeatureExtractor/MobilenetV2/relu6/min")]
    [InlineData("FeatureExtractor/MobilenetV2/image/planes")]
    [InlineData("FeatureExtractor/MobilenetV2/expanded_conv/project/conv")]
    [InlineData("FeatureExtractor/MobilenetV2/expanded_conv/project/weight")]
    [InlineData("FeatureExtractor/MobilenetV2/expanded_conv/depthwise")]
    [InlineData("Conv/Relu6")]
    [InlineData("")]
    public void Add_LayerOfUnfitName_IsRefused(string name)
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Tensors[TinyTensorFlowLite.Stem] = tiny.Tensors[TinyTensorFlowLite.Stem] with { Name = name };

        AssertNoTrunk(tiny, "a layer '");
    }

    [Fact]
    public void Add_UnknownOptions_AreRefused()
    {
        AssertNoTrunk(With(1, stem => stem with { Padding = PaddingKind.Valid }), "padding Valid");
        AssertNoTrunk(With(1, stem => stem with { StrideHeight = 0 }), "stride 0");
        AssertNoTrunk(With(1, stem => stem with { DilationWidth = 2 }), "dilation 1 x 2");
        AssertNoTrunk(With(1, stem => stem with { Activation = ActivationKind.Relu }), "activation Relu");
        AssertNoTrunk(With(1, stem => stem with { Inputs = [0, 2, 14] }), "5 biases");
        AssertNoTrunk(With(1, stem => stem with { Inputs = [0, 2] }), "without");
        AssertNoTrunk(With(2, depthwise => depthwise with { DepthMultiplier = 2 }), "x 2");
        AssertNoTrunk(With(4, add => add with { Inputs = [0, 10] }), "addition");
        AssertNoTrunk(With(4, add => add with { Activation = ActivationKind.Relu6 }), "Add");
    }

    private static TinyTensorFlowLite With(
        int index, Func<TensorFlowLiteOperator, TensorFlowLiteOperator> change)
    {
        var tiny = new TinyTensorFlowLite();
        tiny.Operators[index] = change(tiny.Operators[index]);
        return tiny;
    }

    private static TensorFlowLiteModel Parse(TinyTensorFlowLite tiny) =>
        TensorFlowLiteModel.Parse(tiny.Write(), 0);

    private static MobileNetV2Trunk.Plane AddTrunk(TensorFlowLiteModel model)
    {
        var graph = new GraphBuilder("tiny");
        graph.Input("image/planes", Encoders.Onnx.Format.TensorProto.Types.DataType.Float, 1, 3, 32, 40);
        return MobileNetV2Trunk.Add(model, graph, "image/planes", 32, 40);
    }

    private static void AssertRefused(TinyTensorFlowLite tiny, params string[] words) =>
        AssertSays(Assert.Throws<ModelException>(() => Parse(tiny)), words);

    private static void AssertNoConstant(TinyTensorFlowLite tiny, int tensor, params string[] words)
    {
        TensorFlowLiteModel model = Parse(tiny);
        AssertSays(Assert.Throws<ModelException>(() => model.Constant(tensor)), words);
    }

    private static void AssertNoTrunk(TinyTensorFlowLite tiny, string words) =>
        AssertSays(Assert.Throws<ModelException>(() => AddTrunk(Parse(tiny))), words);

    private static void AssertSays(ModelException e, params string[] words)
    {
        foreach (string word in words)
        {
            Assert.Contains(word, e.Message, StringComparison.Ordinal);
        }
    }
}
