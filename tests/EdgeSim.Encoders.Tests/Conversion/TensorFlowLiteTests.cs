using System.Diagnostics;
using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Conversion.TensorFlowLite;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Tests.Images;

namespace EdgeSim.Encoders.Tests.Conversion;

/// <summary>
/// The reader of TensorFlow Lite files and the trunk written from them: right on right files, and on damaged
/// ones a
/// <see cref="ModelException"/> that says what is wrong, never another exception, a loop or a flood of
/// memory. The product checks the file's hash first; this is the second wall.
/// </summary>
public sealed class TensorFlowLiteTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_260_102;

    /// <summary>
    /// What reading a file of 2 kB and writing its trunk may allocate: a multiple of the file, since no count
    /// in it is believed before the bytes it speaks of are seen to be there.
    /// </summary>
    private const long TinyBytesMax = 1 << 20;

    /// <summary>The tables of the published file are 84 kB; its 10 MB of weights are not copied.</summary>
    private const long PublishedBytesMax = 4 << 20;

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

    [Fact]
    public void Parse_EveryTruncation_IsRefused()
    {
        byte[] file = new TinyTensorFlowLite().Write();
        long most = 0;
        for (int length = 0; length < file.Length; length++)
        {
            string what = $"cut to {length}";
            Assert.False(Read(file[..length], TinyBytesMax, what, ref most), what);
        }

        output.WriteLine($"{file.Length} lengths, at most {most} bytes allocated");
    }

    [Fact]
    public void Parse_RandomDamage_GivesAResultOrARefusal()
    {
        output.WriteLine($"Seed {Seed}");
        var clock = Stopwatch.StartNew();
        var random = new SplitMix64(Seed);
        byte[] original = new TinyTensorFlowLite().Write();
        int rounds = Pictures.Emulated ? 1_000 : 30_000;
        int done = 0;
        int read = 0;
        long most = 0;
        for (; done < rounds && clock.Elapsed < TimeSpan.FromSeconds(4); done++)
        {
            byte[] file = [.. original];
            Damage(file, [.. Enumerable.Range(0, file.Length)], random);
            read += Read(file, TinyBytesMax, $"seed {Seed}, round {done}", ref most) ? 1 : 0;
        }

        output.WriteLine($"{done} rounds: {read} results, {done - read} refusals, at most {most} bytes "
            + "allocated");
        Assert.InRange(read, done / 50, done - (done / 50));
    }

    [Fact]
    public void Parse_PublishedFileDamaged_GivesAResultOrARefusal()
    {
        output.WriteLine($"Seed {Seed}");
        var clock = Stopwatch.StartNew();
        var random = new SplitMix64(Seed);
        byte[] file = PackageFiles.Objectron[MobileNetV2Package.Assets][MobileNetV2Package.ModelStart..];
        int[] tables = [.. OutsideOfConstants(file)];
        int done = 0;
        int read = 0;
        long most = 0;
        for (; done < 500 && clock.Elapsed < TimeSpan.FromSeconds(3); done++)
        {
            byte[] before = [.. tables.Select(at => file[at])];
            Damage(file, tables, random);
            string what = $"seed {Seed}, round {done}";
            read += Read(file, PublishedBytesMax, what, ref most, parseOnly: true) ? 1 : 0;
            for (int i = 0; i < tables.Length; i++)
            {
                file[tables[i]] = before[i];
            }
        }

        output.WriteLine($"{tables.Length} bytes of tables, {done} rounds: {read} results, "
            + $"{done - read} refusals, at most {most} bytes allocated");
        Assert.InRange(read, 1, done - 1);
    }

    [Fact]
    public void Parse_PublishedFileCut_IsRefused()
    {
        byte[] file = PackageFiles.Objectron[MobileNetV2Package.Assets][MobileNetV2Package.ModelStart..];
        long most = 0;
        int[] lengths =
        [
            .. Enumerable.Range(0, 64), .. Enumerable.Range(6, 14).Select(bit => 1 << bit), file.Length / 2,
            .. Enumerable.Range(1, 32).Select(step => file.Length - (16 * step * step)),
        ];
        foreach (int length in lengths)
        {
            Assert.False(
                Read(file[..length], PublishedBytesMax, $"cut to {length}", ref most, parseOnly: true),
                $"A file cut to {length} of {file.Length} bytes was taken for whole.");
        }
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

    /// <summary>One to four bytes become other bytes.</summary>
    private static void Damage(byte[] file, int[] places, SplitMix64 random)
    {
        int changes = 1 + random.Below(4);
        for (int change = 0; change < changes; change++)
        {
            int at = places[random.Below(places.Length)];
            file[at] = random.Below(3) switch
            {
                0 => (byte)(file[at] ^ (1 << random.Below(8))),
                1 => (byte)random.Next(),
                _ => random.Below(2) == 0 ? (byte)0 : (byte)255,
            };
        }
    }

    /// <summary>Positions of the tables, names and shapes.</summary>
    private static IEnumerable<int> OutsideOfConstants(byte[] file)
    {
        var constant = new bool[file.Length];
        foreach (TensorFlowLiteTensor tensor in TensorFlowLiteModel.Parse(file, 0).Tensors)
        {
            if (tensor.Data.Count > 0)
            {
                constant.AsSpan(tensor.Data.Offset, tensor.Data.Count).Fill(true);
            }
        }

        return Enumerable.Range(0, file.Length).Where(at => !constant[at]);
    }

    /// <summary>Parses and, for a small file, reads every constant and writes the trunk.</summary>
    /// <returns>False when it was refused with the declared exception and a message.</returns>
    private static bool Read(byte[] file, long bytesMax, string what, ref long most, bool parseOnly = false)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool read = false;
        try
        {
            TensorFlowLiteModel model = TensorFlowLiteModel.Parse(file, 0);
            for (int i = 0; i < model.Tensors.Count && !parseOnly; i++)
            {
                TryConstant(model, i);
            }

            if (!parseOnly)
            {
                AddTrunk(model);
            }

            read = true;
        }
        catch (ModelException e)
        {
            Assert.False(string.IsNullOrWhiteSpace(e.Message), what);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(what, e);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        most = Math.Max(most, allocated);
        Assert.True(allocated <= bytesMax, $"{what}: {allocated} bytes allocated; file of {file.Length}");
        return read;
    }

    private static void TryConstant(TensorFlowLiteModel model, int tensor)
    {
        try
        {
            model.Constant(tensor);
        }
        catch (ModelException)
        {
            // Activations are no constants.
        }
    }
}
