using EdgeSim.Encoders.Onnx.Format;
using AttributeType = EdgeSim.Encoders.Onnx.Format.AttributeProto.Types.AttributeType;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Quantization;

/// <summary>
/// Turns a float32 graph into static int8 in the QDQ form: every quantised tensor passes a QuantizeLinear and
/// a DequantizeLinear, and ONNX Runtime fuses those with the operator between them into one integer kernel.
/// Activations are uint8 with one scale a tensor (Jacob et al. 2018, arXiv:1712.05877), weights int8 with one
/// scale an output channel, biases int32. Which tensors: <see cref="QuantizationPlan"/>.
/// <para>
/// Deterministic to the byte: nodes in graph order, ranges from a committed file, and no arithmetic but IEEE
/// +, ×, ÷ and rounding. A transcendental function or a sum over vector lanes may differ in the last bit
/// between processors, and one bit would change the file's hash.
/// </para>
/// </summary>
internal sealed class QdqQuantizer
{
    /// <summary>
    /// Neighbouring pixels agree so much that the sum of a kernel's errors matters far more than each; 2, 8
    /// and 32 were tried on pictures and differ by less than chance, 0 is much worse.
    /// </summary>
    private const double DepthwiseSumWeight = 32;

    private readonly QuantizationPlan plan;
    private readonly IReadOnlyDictionary<string, ActivationRange> ranges;
    private readonly IReadOnlyDictionary<string, float[]> biasShifts;
    private readonly GraphProto target = new();
    private readonly HashSet<string> constantsMade = new(StringComparer.Ordinal);

    private QdqQuantizer(
        GraphProto source,
        IReadOnlyDictionary<string, ActivationRange> ranges,
        IReadOnlyDictionary<string, float[]> biasShifts)
    {
        plan = QuantizationPlan.For(source);
        this.ranges = ranges;
        this.biasShifts = biasShifts;
    }

    /// <summary>Quantises. O(weights). The float model is not changed.</summary>
    /// <param name="model">Float32 graph, opset 13 or newer (per-channel DequantizeLinear).</param>
    /// <param name="ranges">
    /// A range for every tensor in the graph's <see cref="QuantizationPlan.Activations"/>.
    /// </param>
    /// <param name="biasShifts">
    /// Convolution result to [channels] values that are added to its bias: the measured mean of what rounding
    /// takes away (bias correction: Nagel et al. 2019, arXiv:1906.04721). Empty: none.
    /// </param>
    /// <exception cref="ModelException">
    /// A range is missing: the calibration belongs to another graph.
    /// </exception>
    public static ModelProto Quantize(
        ModelProto model,
        IReadOnlyDictionary<string, ActivationRange> ranges,
        IReadOnlyDictionary<string, float[]> biasShifts)
    {
        var quantizer = new QdqQuantizer(model.Graph, ranges, biasShifts);
        ModelProto result = model.Clone();
        result.Graph = quantizer.Rewrite(model.Graph);
        return result;
    }

    private GraphProto Rewrite(GraphProto source)
    {
        target.Name = source.Name;
        target.Input.Add(source.Input);
        target.Output.Add(source.Output);
        foreach (ValueInfoProto input in source.Input)
        {
            AddCodesOf(input.Name);
        }

        foreach (NodeProto node in source.Node)
        {
            if (plan.IsTableLookup(node))
            {
                AddTableLookup(node);
            }
            else
            {
                AddNode(node);
            }

            foreach (string output in node.Output)
            {
                AddCodesOf(output);
            }
        }

        KeepConstantsInUse(source);
        return target;
    }

    private void AddNode(NodeProto node)
    {
        NodeProto copy = node.Clone();
        for (int i = 0; i < node.Input.Count; i++)
        {
            if (plan.ReadsCodes(node, i))
            {
                copy.Input[i] = Restored(node.Input[i]);
            }
        }

        if (plan.IsIntegerProduct(node))
        {
            AddWeights(node, copy);
        }

        target.Node.Add(copy);
    }

    /// <summary>
    /// QuantizeLinear and DequantizeLinear behind a tensor of the plan; nothing for any other.
    /// </summary>
    private void AddCodesOf(string tensor)
    {
        if (!plan.IsQuantized(tensor))
        {
            return;
        }

        ActivationRange range = RangeOf(tensor);
        string scale = Add(TensorData.Constant<float>(tensor + ".scale", DataType.Float, [], [range.Scale]));
        string zero = Add(TensorData.Constant<byte>(tensor + ".zero", DataType.Uint8, [], [range.ZeroPoint]));
        target.Node.Add(Node("QuantizeLinear", [tensor, scale, zero], tensor + ".codes"));
        target.Node.Add(Node("DequantizeLinear", [tensor + ".codes", scale, zero], Restored(tensor)));
    }

    private void AddWeights(NodeProto node, NodeProto copy)
    {
        TensorProto weights = plan.Constant(node.Input[1])!;
        float[] values = TensorData.Floats(weights);
        bool isConvolution = node.OpType == "Conv";
        int axis = isConvolution ? 0 : 1;
        int channels = (int)weights.Dims[axis];
        ChannelLayout layout = isConvolution
            ? ChannelLayout.First(channels, values.Length)
            : ChannelLayout.Last(channels, values.Length);
        TensorProto? bias = isConvolution && node.Input.Count > 2 ? plan.Constant(node.Input[2]) : null;
        float[] biasValues = bias is null ? [] : ShiftedBias(bias, node.Output[0]);
        float inputScale = bias is null ? 1f : RangeOf(node.Input[0]).Scale;
        ChannelWeights quantized = ChannelWeights.Quantize(
            values, layout, biasValues, inputScale, IsDepthwise(node, weights) ? DepthwiseSumWeight : 0);

        // The scales depend on the input when there is a bias, so the names carry the node that uses them.
        string name = $"{weights.Name}@{node.Output[0]}";
        string scale = Add(TensorData.Constant<float>(
            name + ".scale", DataType.Float, [channels], quantized.Scales));
        string zero = Add(TensorData.Constant<sbyte>(
            name + ".zero", DataType.Int8, [channels], new sbyte[channels]));
        string codes = Add(TensorData.Constant<sbyte>(
            name + ".codes", DataType.Int8, [.. weights.Dims], quantized.Codes));
        target.Node.Add(Node("DequantizeLinear", [codes, scale, zero], Restored(name), axis));
        copy.Input[1] = Restored(name);
        if (bias is not null)
        {
            copy.Input[2] = AddBias($"{bias.Name}@{node.Output[0]}", biasValues, quantized, inputScale);
        }
    }

    private float[] ShiftedBias(TensorProto bias, string result)
    {
        float[] values = TensorData.Floats(bias);
        if (!biasShifts.TryGetValue(result, out float[]? shifts))
        {
            return values;
        }

        if (shifts.Length != values.Length)
        {
            throw new ModelException(
                $"The calibration shifts {shifts.Length} biases of '{result}', which has {values.Length}. "
                + "It belongs to another graph: make it again with: "
                + "edgesim models calibrate NAME DATA-FOLDER");
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] += shifts[i];
        }

        return values;
    }

    /// <summary>One input channel a kernel, several positions.</summary>
    private static bool IsDepthwise(NodeProto node, TensorProto weights) =>
        node.OpType == "Conv" && weights.Dims[1] == 1 && weights.Dims.Skip(2).Any(side => side > 1);

    private string AddBias(string name, float[] values, ChannelWeights weights, float inputScale)
    {
        float[] scales = weights.BiasScales(inputScale);
        string scale = Add(TensorData.Constant<float>(
            name + ".scale", DataType.Float, [values.Length], scales));
        string zero = Add(TensorData.Constant<int>(
            name + ".zero", DataType.Int32, [values.Length], new int[values.Length]));
        string codes = Add(TensorData.Constant<int>(
            name + ".codes", DataType.Int32, [values.Length], ChannelWeights.QuantizeBias(values, scales)));
        target.Node.Add(Node("DequantizeLinear", [codes, scale, zero], Restored(name), axis: 0));
        return Restored(name);
    }

    /// <summary>
    /// Gather int8 codes, Gather the rows' scales, multiply: 1 byte a weight in the file and in memory.
    /// </summary>
    private void AddTableLookup(NodeProto node)
    {
        TensorProto table = plan.Constant(node.Input[0])!;
        int rows = (int)table.Dims[0];
        float[] values = TensorData.Floats(table);
        ChannelWeights quantized = ChannelWeights.Quantize(
            values, ChannelLayout.First(rows, values.Length), [], 1f);
        string output = node.Output[0];
        string codes = Add(TensorData.Constant<sbyte>(
            table.Name + ".codes", DataType.Int8, [.. table.Dims], quantized.Codes));
        string scales = Add(TensorData.Constant<float>(
            table.Name + ".scale", DataType.Float, [rows, 1], quantized.Scales));
        target.Node.Add(Node("Gather", [codes, node.Input[1]], output + ".row_codes", axis: 0));
        NodeProto cast = Node("Cast", [output + ".row_codes"], output + ".row_floats");
        cast.Attribute.Add(new AttributeProto
        {
            Name = "to", Type = AttributeType.Int, I = (long)DataType.Float,
        });
        target.Node.Add(cast);
        target.Node.Add(Node("Gather", [scales, node.Input[1]], output + ".row_scale", axis: 0));
        target.Node.Add(Node("Mul", [output + ".row_floats", output + ".row_scale"], output));
    }

    /// <summary>Float weights that nobody reads any more are what the file was made smaller for.</summary>
    private void KeepConstantsInUse(GraphProto source)
    {
        var read = target.Node.SelectMany(n => n.Input).ToHashSet(StringComparer.Ordinal);
        read.UnionWith(source.Output.Select(o => o.Name));
        foreach (TensorProto constant in source.Initializer)
        {
            if (read.Contains(constant.Name))
            {
                target.Initializer.Add(constant);
            }
        }
    }

    private ActivationRange RangeOf(string tensor) => ranges.TryGetValue(tensor, out ActivationRange range)
        ? range
        : throw new ModelException(
            $"The calibration has no range for tensor '{tensor}'. It belongs to another graph: "
            + "make it again with: edgesim models calibrate NAME DATA-FOLDER");

    private string Add(TensorProto constant)
    {
        if (constantsMade.Add(constant.Name))
        {
            target.Initializer.Add(constant);
        }

        return constant.Name;
    }

    private static string Restored(string name) => name + ".restored";

    private static NodeProto Node(string opType, ReadOnlySpan<string> inputs, string output, int? axis = null)
    {
        var node = new NodeProto { OpType = opType, Name = output };
        foreach (string input in inputs)
        {
            node.Input.Add(input);
        }

        node.Output.Add(output);
        if (axis is { } number)
        {
            node.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeType.Int, I = number });
        }

        return node;
    }
}
