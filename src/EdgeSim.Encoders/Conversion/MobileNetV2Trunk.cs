using EdgeSim.Encoders.Conversion.TensorFlowLite;
using EdgeSim.Encoders.Onnx;
using static EdgeSim.Encoders.Onnx.GraphBuilder;

namespace EdgeSim.Encoders.Conversion;

/// <summary>
/// Writes the convolutional trunk of MobileNetV2 (Sandler et al. 2018, https://arxiv.org/abs/1801.04381) as
/// ONNX nodes: what <see cref="Last"/> depends on in the TensorFlow Lite graph, and nothing of the detector's
/// heads. Layouts change on the way: NHWC to NCHW, weights OHWI to OIHW.
/// </summary>
internal sealed class MobileNetV2Trunk
{
    /// <summary>The activation that the embedding is pooled from.</summary>
    public const string Last = "FeatureExtractor/MobilenetV2/Conv_1/Relu6";

    private const string Prefix = "FeatureExtractor/MobilenetV2/";

    private readonly TensorFlowLiteModel model;
    private readonly GraphBuilder graph;
    private readonly Dictionary<int, Plane> planes = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly string zero;
    private readonly string six;

    private MobileNetV2Trunk(TensorFlowLiteModel model, GraphBuilder graph)
    {
        this.model = model;
        this.graph = graph;
        zero = graph.Scalar("relu6/min", 0);
        six = graph.Scalar("relu6/max", 6);
    }

    /// <summary>Adds the trunk to a graph.</summary>
    /// <param name="model">The detector.</param>
    /// <param name="graph">Receives nodes and weights.</param>
    /// <param name="image">A tensor of the graph: float32 [batch, 3, height, width].</param>
    /// <param name="height">Pixels; padding depends on it, so the graph works for this height only.</param>
    /// <param name="width">Pixels.</param>
    /// <returns>The tensor of <see cref="Last"/>: [batch, Channels, Height, Width].</returns>
    /// <exception cref="ModelException">
    /// The model has no such trunk, or an operator in it that is not known.
    /// </exception>
    public static Plane Add(
        TensorFlowLiteModel model, GraphBuilder graph, string image, int height, int width)
    {
        if (model.Inputs is not [int input])
        {
            throw Unknown($"{model.Inputs.Count} inputs; one picture is expected");
        }

        var trunk = new MobileNetV2Trunk(model, graph);
        trunk.planes[input] = new Plane(image, 3, height, width);
        HashSet<TensorFlowLiteOperator> needed = trunk.Needed(out int last);
        foreach (TensorFlowLiteOperator each in model.Operators)
        {
            if (needed.Contains(each))
            {
                trunk.Write(each);
            }
        }

        return trunk.planes.TryGetValue(last, out Plane plane)
            ? plane
            : throw Unknown($"an operator order in which '{Last}' is never computed");
    }

    /// <summary>What the last activation depends on, weights left out. O(operators).</summary>
    private HashSet<TensorFlowLiteOperator> Needed(out int last)
    {
        last = -1;
        for (int i = 0; i < model.Tensors.Count; i++)
        {
            last = model.Tensors[i].ShortName == Last ? i : last;
        }

        if (last < 0)
        {
            throw Unknown($"no tensor '{Last}'");
        }

        var needed = new HashSet<TensorFlowLiteOperator>(ReferenceEqualityComparer.Instance);
        var open = new Stack<int>([last]);
        while (open.TryPop(out int tensor))
        {
            if (tensor >= 0 && model.Producer(tensor) is { Kind: not OperatorKind.Dequantize } producer
                && needed.Add(producer))
            {
                foreach (int input in producer.Inputs)
                {
                    open.Push(input);
                }
            }
        }

        return needed;
    }

    private void Write(TensorFlowLiteOperator each)
    {
        if (each.Outputs is not [int output])
        {
            throw Unknown($"{each.Kind} with {each.Outputs.Length} outputs");
        }

        string name = Name(output);
        bool relu6 = each.Activation == ActivationKind.Relu6;
        if (!relu6 && each.Activation != ActivationKind.None)
        {
            throw Unknown($"activation {each.Activation} behind '{name}'");
        }

        string raw = relu6 ? $"{name}/conv" : name;
        Plane plane = each.Kind switch
        {
            OperatorKind.Convolution => WriteConvolution(each, name, raw),
            OperatorKind.DepthwiseConvolution => WriteDepthwise(each, name, raw),
            OperatorKind.Add when !relu6 => WriteAdd(each, name),
            _ => throw Unknown($"operator {each.Kind} at '{name}'"),
        };
        if (relu6)
        {
            graph.Node("Clip", [raw, zero, six], name);
        }

        planes[output] = plane with { Name = name };
    }

    private Plane WriteConvolution(TensorFlowLiteOperator each, string name, string output)
    {
        (Plane input, int[] shape) = Operands(each, name);
        if (shape is not [int to, int kernelHeight, int kernelWidth, int from] || from != input.Channels)
        {
            throw Unknown($"weights [{string.Join(", ", shape)}] at '{name}' with {input.Channels} channels");
        }

        float[] weights = Transpose(model.Constant(each.Inputs[1]), to, kernelHeight * kernelWidth, from);
        graph.Initializer($"{name}/weight", [to, from, kernelHeight, kernelWidth], weights);
        return WriteNode(
            each, name, output, input with { Channels = to }, kernelHeight, kernelWidth, groups: 1);
    }

    private Plane WriteDepthwise(TensorFlowLiteOperator each, string name, string output)
    {
        (Plane input, int[] shape) = Operands(each, name);
        if (shape is not [1, int kernelHeight, int kernelWidth, int channels] || channels != input.Channels
            || each.DepthMultiplier != 1)
        {
            throw Unknown(
                $"depthwise weights [{string.Join(", ", shape)}] x {each.DepthMultiplier} at '{name}' with "
                + $"{input.Channels} channels");
        }

        float[] weights = Transpose(model.Constant(each.Inputs[1]), 1, kernelHeight * kernelWidth, channels);
        graph.Initializer($"{name}/weight", [channels, 1, kernelHeight, kernelWidth], weights);
        return WriteNode(each, name, output, input, kernelHeight, kernelWidth, groups: channels);
    }

    /// <param name="shaped">The input with the channels of the output.</param>
    private Plane WriteNode(
        TensorFlowLiteOperator each, string name, string output, Plane shaped,
        int kernelHeight, int kernelWidth, int groups)
    {
        float[] bias = model.Constant(each.Inputs[2]);
        if (each.Padding != PaddingKind.Same || each.DilationHeight != 1 || each.DilationWidth != 1
            || each.StrideHeight is < 1 or > 8 || each.StrideWidth is < 1 or > 8
            || bias.Length != shaped.Channels)
        {
            throw Unknown(
                $"padding {each.Padding}, stride {each.StrideHeight} x {each.StrideWidth}, dilation "
                + $"{each.DilationHeight} x {each.DilationWidth} and {bias.Length} biases for "
                + $"{shaped.Channels} channels at '{name}'");
        }

        (int top, int bottom) = SamePadding(shaped.Height, kernelHeight, each.StrideHeight);
        (int left, int right) = SamePadding(shaped.Width, kernelWidth, each.StrideWidth);
        graph.Initializer($"{name}/bias", [bias.Length], bias);
        graph.Node(
            "Conv",
            [planes[each.Inputs[0]].Name, $"{name}/weight", $"{name}/bias"],
            output,
            Attribute("kernel_shape", [kernelHeight, kernelWidth]),
            Attribute("strides", [each.StrideHeight, each.StrideWidth]),
            Attribute("pads", [top, left, bottom, right]),
            Attribute("group", groups));
        return shaped with
        {
            Height = CeilingDivide(shaped.Height, each.StrideHeight),
            Width = CeilingDivide(shaped.Width, each.StrideWidth),
        };
    }

    private Plane WriteAdd(TensorFlowLiteOperator each, string name)
    {
        if (each.Inputs is not [int first, int second] || !planes.TryGetValue(first, out Plane left)
            || !planes.TryGetValue(second, out Plane right) || left with { Name = right.Name } != right)
        {
            throw Unknown($"an addition at '{name}' that is not of two activations of one shape");
        }

        graph.Node("Add", [left.Name, right.Name], name);
        return left;
    }

    private (Plane Input, int[] WeightShape) Operands(TensorFlowLiteOperator each, string name) =>
        each.Inputs is [int input, int weight and >= 0, >= 0] && planes.TryGetValue(input, out Plane plane)
            ? (plane, model.Tensors[weight].Shape)
            : throw Unknown($"{each.Kind} at '{name}' without an activation, weights and biases");

    private string Name(int tensor)
    {
        string name = model.Tensors[tensor].ShortName;
        foreach (string end in (ReadOnlySpan<string>)["/Relu6", "/BatchNorm/FusedBatchNormV3"])
        {
            name = name.EndsWith(end, StringComparison.Ordinal) ? name[..^end.Length] : name;
        }

        string layer = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : "";
        return IsLayer(layer) && names.Add(layer)
            ? layer
            : throw Unknown($"a layer '{name}', which is not a layer of {Prefix} or is there twice");
    }

    /// <summary>
    /// The names that MobileNetV2 has: other ones could meet those that this class and
    /// <see cref="MobileNetV2Graph"/> give to tensors of their own.
    /// </summary>
    private static bool IsLayer(string name) =>
        name is "Conv" or "Conv_1"
        || (name.StartsWith("expanded_conv", StringComparison.Ordinal)
            && name[(name.LastIndexOf('/') + 1)..] is "expand" or "depthwise" or "project" or "add");

    /// <summary>
    /// TensorFlow's SAME: as many zeros as make the output ceil(side / stride) long; an odd one goes to the
    /// end. ONNX would have it as auto_pad, which is deprecated and hides the numbers from whoever quantises
    /// the graph.
    /// </summary>
    private static (int Begin, int End) SamePadding(int side, int kernel, int stride)
    {
        int total = Math.Max(((CeilingDivide(side, stride) - 1) * stride) + kernel - side, 0);
        return (total / 2, total - (total / 2));
    }

    private static int CeilingDivide(int value, int divisor) => (value + divisor - 1) / divisor;

    /// <summary>[outer, rows, columns] to [outer, columns, rows].</summary>
    private static float[] Transpose(float[] values, int outer, int rows, int columns)
    {
        var turned = new float[values.Length];
        for (int o = 0; o < outer; o++)
        {
            int start = o * rows * columns;
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    turned[start + (c * rows) + r] = values[start + (r * columns) + c];
                }
            }
        }

        return turned;
    }

    private static ModelException Unknown(string found) => new(
        $"MobileNetV2 trunk: the TensorFlow Lite file has {found}. This converter knows the file of "
        + "@mediapipe/objectron 0.4.1675468480 only.");

    /// <summary>An activation of the graph: float32 [batch, Channels, Height, Width].</summary>
    internal readonly record struct Plane(string Name, int Channels, int Height, int Width);
}
