using EdgeSim.Encoders.Conversion.TensorFlowLite;
using Google.FlatBuffers;

namespace EdgeSim.Encoders.Tests.Conversion;

/// <summary>
/// Writes TensorFlow Lite files of a few kilobytes, right or wrong in one place: field numbers are those of
/// https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs. As it stands it is
/// a trunk of one block: convolution, depthwise, projection, residual addition, last convolution.
/// </summary>
internal sealed class TinyTensorFlowLite
{
    /// <summary>Positions in <see cref="Tensors"/>.</summary>
    public const int Picture = 0;
    public const int StemHalf = 1;
    public const int StemWeight = 2;
    public const int StemBias = 3;
    public const int Stem = 4;
    public const int Last = 13;

    private const string Prefix = "FeatureExtractor/MobilenetV2/";

    public string Identifier { get; set; } = "TFL3";

    public int Version { get; set; } = 3;

    public List<TensorFlowLiteTensor> Tensors { get; } =
    [
        Activation("picture", 1, 8, 8, 3),
        Half("stem/half", 2, 3, 3, 3),
        new("stem/weight", [2, 3, 3, 3], ElementKind.Float32, []),
        Float("stem/bias", 2),
        Activation(Prefix + "Conv/Relu6;" + Prefix + "Conv/BatchNorm", 1, 4, 4, 2),
        Float("depthwise/weight", 1, 3, 3, 2),
        Float("depthwise/bias", 2),
        Activation(Prefix + "expanded_conv/depthwise/Relu6", 1, 4, 4, 2),
        Float("project/weight", 2, 1, 1, 2),
        Float("project/bias", 2),
        Activation(Prefix + "expanded_conv/project/BatchNorm/FusedBatchNormV3", 1, 4, 4, 2),
        Activation(Prefix + "expanded_conv/add", 1, 4, 4, 2),
        Float("last/weight", 5, 1, 1, 2),
        Activation(Prefix + "Conv_1/Relu6", 1, 4, 4, 5),
        Float("last/bias", 5),
    ];

    public List<TensorFlowLiteOperator> Operators { get; } =
    [
        new(OperatorKind.Dequantize, [StemHalf], [StemWeight]),
        Convolution(OperatorKind.Convolution, [0, 2, 3], Stem, stride: 2, ActivationKind.Relu6),
        Convolution(OperatorKind.DepthwiseConvolution, [4, 5, 6], 7, stride: 1, ActivationKind.Relu6),
        Convolution(OperatorKind.Convolution, [7, 8, 9], 10, stride: 1, ActivationKind.None),
        new(OperatorKind.Add, [4, 10], [11]),
        Convolution(OperatorKind.Convolution, [11, 12, 14], Last, stride: 1, ActivationKind.Relu6),
    ];

    public byte[] Write()
    {
        var builder = new FlatBufferBuilder(4096);
        int[] buffers = [.. Tensors.Select(tensor => Buffer(builder, tensor))];
        int[] tensors = [.. Tensors.Select((tensor, i) => Tensor(builder, tensor, i))];
        OperatorKind[] kinds = [.. Operators.Select(each => each.Kind).Distinct()];
        int[] codes = [.. kinds.Select(kind => Code(builder, kind))];
        int[] operators =
            [.. Operators.Select(each => Operator(builder, each, Array.IndexOf(kinds, each.Kind)))];
        int tensorVector = Offsets(builder, tensors);
        int inputs = Integers(builder, [Picture]);
        int outputs = Integers(builder, [Last]);
        int operatorVector = Offsets(builder, operators);
        builder.StartTable(4);
        builder.AddOffset(0, tensorVector, 0);
        builder.AddOffset(1, inputs, 0);
        builder.AddOffset(2, outputs, 0);
        builder.AddOffset(3, operatorVector, 0);
        int graphs = Offsets(builder, [builder.EndTable()]);
        int codeVector = Offsets(builder, codes);
        int bufferVector = Offsets(builder, buffers);
        builder.StartTable(5);
        builder.AddInt(0, Version, 0);
        builder.AddOffset(1, codeVector, 0);
        builder.AddOffset(2, graphs, 0);
        builder.AddOffset(4, bufferVector, 0);
        builder.Finish(builder.EndTable(), Identifier);
        return builder.SizedByteArray();
    }

    public static TensorFlowLiteTensor Float(string name, params int[] shape)
    {
        var data = new byte[shape.Aggregate(1, (product, side) => product * side) * sizeof(float)];
        for (int i = 0; i < data.Length; i += sizeof(float))
        {
            BitConverter.TryWriteBytes(data.AsSpan(i), 0.125f * (1 + (i % 7)));
        }

        return new TensorFlowLiteTensor(name, shape, ElementKind.Float32, data);
    }

    public static TensorFlowLiteTensor Half(string name, params int[] shape)
    {
        var data = new byte[shape.Aggregate(1, (product, side) => product * side) * sizeof(ushort)];
        for (int i = 0; i < data.Length; i += sizeof(ushort))
        {
            BitConverter.TryWriteBytes(data.AsSpan(i), (Half)(0.25 * (i % 5)));
        }

        return new TensorFlowLiteTensor(name, shape, ElementKind.Float16, data);
    }

    private static TensorFlowLiteTensor Activation(string name, params int[] shape) =>
        new(name, shape, ElementKind.Float32, []);

    private static TensorFlowLiteOperator Convolution(
        OperatorKind kind, int[] inputs, int output, int stride, ActivationKind activation) =>
        new(kind, inputs, [output])
        {
            StrideWidth = stride,
            StrideHeight = stride,
            DilationWidth = 1,
            DilationHeight = 1,
            DepthMultiplier = kind == OperatorKind.DepthwiseConvolution ? 1 : 0,
            Activation = activation,
        };

    private static int Buffer(FlatBufferBuilder builder, TensorFlowLiteTensor tensor)
    {
        int data = 0;
        if (tensor.Data.Count > 0)
        {
            builder.StartVector(1, tensor.Data.Count, 16);
            builder.Put(tensor.Data);
            data = builder.EndVector().Value;
        }

        builder.StartTable(1);
        builder.AddOffset(0, data, 0);
        return builder.EndTable();
    }

    private static int Tensor(FlatBufferBuilder builder, TensorFlowLiteTensor tensor, int buffer)
    {
        int shape = Integers(builder, tensor.Shape);
        int name = builder.CreateString(tensor.Name).Value;
        builder.StartTable(4);
        builder.AddOffset(0, shape, 0);
        builder.AddByte(1, (byte)tensor.Kind, 0);
        builder.AddInt(2, buffer, 0);
        builder.AddOffset(3, name, 0);
        return builder.EndTable();
    }

    private static int Code(FlatBufferBuilder builder, OperatorKind kind)
    {
        builder.StartTable(4);
        builder.AddByte(0, (byte)kind, 0);
        builder.AddInt(3, (int)kind, 0);
        return builder.EndTable();
    }

    private static int Operator(FlatBufferBuilder builder, TensorFlowLiteOperator each, int code)
    {
        (byte union, int options) = Options(builder, each);
        int inputs = Integers(builder, each.Inputs);
        int outputs = Integers(builder, each.Outputs);
        builder.StartTable(5);
        builder.AddInt(0, code, 0);
        builder.AddOffset(1, inputs, 0);
        builder.AddOffset(2, outputs, 0);
        builder.AddByte(3, union, 0);
        builder.AddOffset(4, options, 0);
        return builder.EndTable();
    }

    private static (byte Union, int Options) Options(FlatBufferBuilder builder, TensorFlowLiteOperator each)
    {
        builder.StartTable(7);
        switch (each.Kind)
        {
            case OperatorKind.Add:
                builder.AddByte(0, (byte)each.Activation, 0);
                return (11, builder.EndTable());

            case OperatorKind.Convolution or OperatorKind.DepthwiseConvolution:
                bool depthwise = each.Kind == OperatorKind.DepthwiseConvolution;
                int next = depthwise ? 4 : 3;
                builder.AddByte(0, (byte)each.Padding, 0);
                builder.AddInt(1, each.StrideWidth, 0);
                builder.AddInt(2, each.StrideHeight, 0);
                builder.AddByte(next, (byte)each.Activation, 0);
                builder.AddInt(next + 1, each.DilationWidth, 1);
                builder.AddInt(next + 2, each.DilationHeight, 1);
                if (depthwise)
                {
                    builder.AddInt(3, each.DepthMultiplier, 0);
                }

                return ((byte)(depthwise ? 2 : 1), builder.EndTable());

            default:
                return (0, builder.EndTable());
        }
    }

    private static int Integers(FlatBufferBuilder builder, int[] values)
    {
        builder.StartVector(sizeof(int), values.Length, sizeof(int));
        for (int i = values.Length - 1; i >= 0; i--)
        {
            builder.AddInt(values[i]);
        }

        return builder.EndVector().Value;
    }

    private static int Offsets(FlatBufferBuilder builder, int[] offsets)
    {
        builder.StartVector(sizeof(int), offsets.Length, sizeof(int));
        for (int i = offsets.Length - 1; i >= 0; i--)
        {
            builder.AddOffset(offsets[i]);
        }

        return builder.EndVector().Value;
    }
}
