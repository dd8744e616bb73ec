using EdgeSim.Encoders.Onnx.Format;

namespace EdgeSim.Encoders.Quantization;

/// <summary>
/// What of a float graph becomes int8, decided from the graph alone. Calibration observes the tensors in
/// <see cref="Activations"/>; the quantiser gives each a range.
/// <list type="bullet">
/// <item>Conv with constant weights: input, and the output <i>after</i> its Clip or Relu.</item>
/// <item>MatMul by a constant matrix: its input. Its output stays float: layer norm, softmax and residual
/// sums that follow want it, and the kernel (int8 in, float out) delivers it without a rounding.</item>
/// <item>MatMul behind a pooling: weights only. It is one row an input, so int8 saves no time, and the
/// rounding of its input would go straight into the embedding (half of all that the text model loses).</item>
/// <item>Add and Concat between convolution results: inputs and output, so that a residual block never leaves
/// int8.</item>
/// <item>Gather from a constant float table: int8 rows.</item>
/// </list>
/// Everything else (pooling, softmax, layer norm, products of two activations, L2) stays float.
/// </summary>
internal sealed class QuantizationPlan
{
    private readonly HashSet<string> activations = new(StringComparer.Ordinal);
    private readonly HashSet<string> integerBorn = new(StringComparer.Ordinal);
    private readonly HashSet<string> pooled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> constants = new(StringComparer.Ordinal);

    private QuantizationPlan()
    {
    }

    /// <summary>Names of the tensors that get a range, in graph order.</summary>
    public List<string> Activations { get; } = [];

    /// <summary>
    /// Results of convolutions with a bias that no Clip or Relu follows, in graph order. Nothing bounds their
    /// rounding error, so it pays to measure its mean and take it out of the bias.
    /// </summary>
    public List<string> LinearConvolutions { get; } = [];

    /// <summary>Reads the graph. O(nodes).</summary>
    /// <param name="graph">A float graph whose nodes are in execution order, as the standard demands.</param>
    public static QuantizationPlan For(GraphProto graph)
    {
        var plan = new QuantizationPlan();
        foreach (TensorProto constant in graph.Initializer)
        {
            plan.constants.Add(constant.Name, constant);
        }

        foreach (NodeProto node in graph.Node)
        {
            plan.Visit(node);
        }

        plan.AddConvolutionResults(graph);
        plan.OrderActivations(graph);
        plan.LinearConvolutions.AddRange(graph.Node
            .Where(n => n.OpType == "Conv" && n.Input.Count > 2 && plan.IsQuantized(n.Output[0]))
            .Select(n => n.Output[0]));
        return plan;
    }

    public bool IsQuantized(string tensor) => activations.Contains(tensor);

    /// <summary>
    /// True when whoever reads the tensor reads its codes, because the float value does not exist any more.
    /// </summary>
    public bool ReadsCodes(NodeProto node, int input)
    {
        string tensor = node.Input[input];
        return IsQuantized(tensor)
            && (integerBorn.Contains(tensor) || (input == 0 && IsIntegerProduct(node)));
    }

    public TensorProto? Constant(string tensor) => constants.GetValueOrDefault(tensor);

    /// <summary>Convolution or matrix product with constant float weights.</summary>
    public bool IsIntegerProduct(NodeProto node) => node.OpType switch
    {
        "Conv" => IsFloatConstant(node.Input[1], 3, 5),
        "MatMul" => IsFloatConstant(node.Input[1], 2, 2),
        _ => false,
    };

    /// <summary>Rows of a constant float table picked by number.</summary>
    public bool IsTableLookup(NodeProto node) => node.OpType == "Gather"
        && IsFloatConstant(node.Input[0], 2, 2) && node.Attribute.All(a => a.Name != "axis" || a.I == 0);

    private static bool IsPooling(NodeProto node) =>
        node.OpType is "GlobalAveragePool" or "ReduceMean" or "ReduceSum";

    private static bool IsClamp(NodeProto node) => node.OpType is "Clip" or "Relu";

    private bool IsFloatConstant(string tensor, int ranksFrom, int ranksTo) =>
        constants.TryGetValue(tensor, out TensorProto? constant)
        && constant.DataType == (int)TensorProto.Types.DataType.Float
        && constant.Dims.Count >= ranksFrom && constant.Dims.Count <= ranksTo;

    private void Visit(NodeProto node)
    {
        if (IsPooling(node) || node.Input.Any(pooled.Contains))
        {
            pooled.UnionWith(node.Output);
        }

        if (IsIntegerProduct(node))
        {
            bool isConvolution = node.OpType == "Conv";
            if (isConvolution || !pooled.Contains(node.Input[0]))
            {
                activations.Add(node.Input[0]);
            }

            if (isConvolution)
            {
                integerBorn.Add(node.Output[0]);
            }
        }
        else if (IsClamp(node) && integerBorn.Contains(node.Input[0]))
        {
            integerBorn.Add(node.Output[0]);
        }
        else if (node.OpType is "Add" or "Concat" && node.Input.All(integerBorn.Contains))
        {
            activations.UnionWith(node.Input);
            integerBorn.Add(node.Output[0]);
        }
    }

    /// <summary>
    /// A convolution whose result is not coded would run in float. The value before a Clip or Relu is the
    /// exception: the clamp folds into the code range.
    /// </summary>
    private void AddConvolutionResults(GraphProto graph)
    {
        var readers = graph.Node.SelectMany(n => n.Input.Distinct(), (n, input) => (Tensor: input, Node: n))
            .ToLookup(r => r.Tensor, r => r.Node, StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            string result = node.Output[0];
            if (integerBorn.Contains(result) && readers[result].Any(reader => !IsClamp(reader)))
            {
                activations.Add(result);
            }
            else if (!activations.Contains(result))
            {
                integerBorn.Remove(result);
            }
        }
    }

    private void OrderActivations(GraphProto graph)
    {
        foreach (ValueInfoProto input in graph.Input)
        {
            if (activations.Contains(input.Name))
            {
                Activations.Add(input.Name);
            }
        }

        foreach (string output in graph.Node.SelectMany(n => n.Output))
        {
            if (activations.Contains(output))
            {
                Activations.Add(output);
            }
        }
    }
}
