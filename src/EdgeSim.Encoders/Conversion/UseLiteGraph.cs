using EdgeSim.Encoders.Conversion.TensorFlowJs;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Conversion;

/// <summary>
/// Rebuilds the Universal Sentence Encoder "lite" (Cer et al. 2018, arXiv:1803.11175) from its TensorFlow.js
/// package: a transformer of two pre-norm blocks over 8000 word pieces. The published graph is mostly
/// plumbing around sparse inputs; what it computes is written here densely, with an attention mask instead of
/// -1 as padding. Inputs <c>input_ids</c> and <c>attention_mask</c>, int64 [batch, tokens], 1 to 128 tokens;
/// output <c>embedding</c>, float32 [batch, 512], unit norm. Every linear layer is a MatMul with a constant
/// [in, out] and an Add of a constant [out], so that a quantiser recognises it.
/// </summary>
internal sealed class UseLiteGraph : IModelConverter
{
    private const int Rows = 8002;
    private const int Tokens = 128;
    private const int Narrow = 256;
    private const int Wide = 512;
    private const int Inner = 1536;
    private const int Heads = 4;

    private const string ModelJson = "dist/model.json";
    private const string Vocabulary = "dist/vocab.json";

    // The graph keeps trained values under three roots: the module, its application, and the blocks' own
    // scopes.
    private const string Module = "module/Encoder_en/";
    private const string Encode = "module_apply_default/Encoder_en/KonaTransformer/Encode/";
    private const string Stack = Encode + "TransformerStack/";

    public string Name => "use-lite";

    public ModelProto Build(IReadOnlyDictionary<string, byte[]> package, ReadOnlySpan<float> mean)
    {
        if (!mean.IsEmpty)
        {
            throw new ArgumentException("use-lite is not centred: its mean must be empty.", nameof(mean));
        }

        var weights = TensorFlowJsWeights.Read(package, ModelJson);
        return new Writer(weights).Write();
    }

    public IReadOnlyDictionary<string, byte[]> SideFiles(IReadOnlyDictionary<string, byte[]> package) =>
        package.TryGetValue(Vocabulary, out byte[]? bytes)
            ? new Dictionary<string, byte[]> { ["vocab.json"] = bytes }
            : throw new ModelException($"{Vocabulary}: not in the package. It is another than expected.");

    private sealed class Writer(TensorFlowJsWeights weights)
    {
        private readonly GraphBuilder graph = new("use-lite");
        private string keyBias = "";

        public ModelProto Write()
        {
            string ids = graph.Input("input_ids", DataType.Int64, "batch", "tokens");
            string mask = graph.Input("attention_mask", DataType.Int64, "batch", "tokens");
            string weight = graph.Node(
                "Cast", [mask], "mask/float", GraphBuilder.Attribute("to", (long)DataType.Float));
            keyBias = KeyBias(weight);

            string x = Embed(ids);
            string residual = Linear(
                x, "block0/residual", Narrow, Wide,
                Encode + "Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat",
                Encode + "Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat");
            x = FeedForward(Attention(x, residual, layer: 0, Narrow), layer: 0);
            x = FeedForward(Attention(x, x, layer: 1, Wide), layer: 1);

            string pooled = Pool(x, weight);
            string dense = Linear(
                pooled, "head/dense", Wide, Wide,
                Module + "hidden_layers/tanh_layer_0/weights", Module + "hidden_layers/tanh_layer_0/bias");
            Normalise(graph.Node("Tanh", [dense], "head/tanh"));
            graph.Output("embedding", DataType.Float, "batch", Wide);
            return graph.Build();
        }

        /// <summary>
        /// 0 for a token, -1e9 for padding, added to the attention scores: [batch, 1, 1, tokens].
        /// </summary>
        private string KeyBias(string weight)
        {
            float padding = weights.Floats(
                Stack + "Layer_1/TransformerLayer/MultiheadAttention/DotProductAttention/"
                + "attention_bias_ignore_padding/mul/y")[0];
            string absent = graph.Node("Sub", [graph.Scalar("one", 1), weight], "mask/absent");
            string scaled = graph.Node(
                "Mul", [absent, graph.Scalar("mask/padding_bias", padding)], "mask/bias");
            return graph.Node("Unsqueeze", [scaled, graph.Integers("mask/key_axes", 1, 2)], "mask/key_bias");
        }

        /// <summary>
        /// The published graph adds the piece's row twice, once by way of the timing signal: 2 E[id] +
        /// timing[position]. The factor is folded into the table, which is exact because it is a power of
        /// two.
        /// </summary>
        private string Embed(string ids)
        {
            float[] table = weights.Floats("module/Embeddings_en", Rows, Narrow).ToArray();
            foreach (ref float value in table.AsSpan())
            {
                value *= 2;
            }

            string rows = graph.Node(
                "Gather",
                [graph.Initializer("embedding/table", [Rows, Narrow], table), ids],
                "embedding/rows");
            string shape = graph.Node("Shape", [ids], "input_ids/shape");
            string count = graph.Node(
                "Slice",
                [shape, graph.Integers("position/axis1", 1), graph.Integers("position/axis2", 2)],
                "position/count");
            string timing = graph.Node(
                "Slice",
                [
                    graph.Initializer("position/timing_table", [Tokens, Narrow], Timing()),
                    graph.Integers("position/start", 0), count, graph.Integers("position/axis", 0),
                ],
                "position/timing");
            return graph.Node("Add", [rows, timing], "embedding/positioned");
        }

        /// <summary>
        /// sin and cos of position × frequency (Vaswani et al. 2017, section 3.5), [128 × 256]. The angle is
        /// rounded to float as the original does it, which matters: at position 127 that rounding moves it by
        /// up to 4e-6.
        /// </summary>
        private float[] Timing()
        {
            ReadOnlySpan<float> frequencies = weights.Floats(
                Stack + "Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", 1, Narrow / 2);
            var timing = new float[Tokens * Narrow];
            for (int position = 0; position < Tokens; position++)
            {
                for (int i = 0; i < frequencies.Length; i++)
                {
                    float angle = position * frequencies[i];
                    timing[(position * Narrow) + i] = (float)Math.Sin(angle);
                    timing[(position * Narrow) + (Narrow / 2) + i] = (float)Math.Cos(angle);
                }
            }

            return timing;
        }

        private string Attention(string x, string residual, int layer, int width)
        {
            string name = $"block{layer}/attention";
            string trained = $"{Encode}Layer_{layer}/TransformerLayer/";
            string trainedKernel =
                $"{Module}KonaTransformer/Encode/Layer_{layer}/TransformerLayer/MultiheadAttention/";
            float scale = weights.Floats(
                $"{Stack}Layer_{layer}/TransformerLayer/MultiheadAttention/mul/y")[0];

            string normed = LayerNorm(x, $"{name}/norm", width, trained + "layer_prepostprocess/layer_norm/");
            string qkv = Convolution(
                normed, $"{name}/qkv", width, 3 * width, trained, trainedKernel, "qkv_transform_single");
            graph.Node(
                "Split",
                [qkv, graph.Integers($"{name}/widths", width, width, width)],
                [$"{name}/q", $"{name}/k", $"{name}/v"],
                GraphBuilder.Attribute("axis", -1));

            string heads = graph.Integers($"{name}/heads", 0, 0, Heads, width / Heads);
            string query = SplitHeads($"{name}/q", heads, 0, 2, 1, 3);
            query = graph.Node("Mul", [query, graph.Scalar($"{name}/scale", scale)], $"{name}/q_scaled");
            string scores = graph.Node(
                "MatMul", [query, SplitHeads($"{name}/k", heads, 0, 2, 3, 1)], $"{name}/scores");
            string masked = graph.Node("Add", [scores, keyBias], $"{name}/scores_masked");
            string shares = graph.Node(
                "Softmax", [masked], $"{name}/shares", GraphBuilder.Attribute("axis", -1));
            string mixed = graph.Node(
                "MatMul", [shares, SplitHeads($"{name}/v", heads, 0, 2, 1, 3)], $"{name}/mixed_heads");

            string turned = graph.Node(
                "Transpose", [mixed], $"{name}/mixed_turned", GraphBuilder.Attribute("perm", [0, 2, 1, 3]));
            string joined = graph.Node(
                "Reshape", [turned, graph.Integers($"{name}/joined", 0, 0, width)], $"{name}/mixed");
            string output = Convolution(
                joined, $"{name}/output", width, Wide, trained, trainedKernel, "output_transform_single");
            return graph.Node("Add", [output, residual], $"{name}/sum");
        }

        private string SplitHeads(string x, string heads, params ReadOnlySpan<long> order)
        {
            string split = graph.Node("Reshape", [x, heads], $"{x}_split");
            return graph.Node("Transpose", [split], $"{x}_heads", GraphBuilder.Attribute("perm", order));
        }

        private string FeedForward(string x, int layer)
        {
            string name = $"block{layer}/ffn";
            string trained = $"{Encode}Layer_{layer}/TransformerLayer/FFN/";
            string trainedKernel = $"{Stack}Layer_{layer}/TransformerLayer/FFN/";

            string normed = LayerNorm(x, $"{name}/norm", Wide, trained + "layer_prepostprocess/layer_norm/");
            string inner = Linear(
                normed, $"{name}/inner", Wide, Inner,
                trainedKernel + "conv1/Tensordot/Reshape_1", trained + "conv1/bias/ConcatPartitions/concat");
            string active = graph.Node("Relu", [inner], $"{name}/relu");
            string outer = Linear(
                active, $"{name}/outer", Inner, Wide,
                trainedKernel + "conv2/Tensordot/Reshape_1", trained + "conv2/bias/ConcatPartitions/concat");
            return graph.Node("Add", [outer, x], $"{name}/sum");
        }

        /// <summary>The mean over real tokens: [batch, 512].</summary>
        private string Pool(string x, string weight)
        {
            string column = graph.Node(
                "Unsqueeze", [weight, graph.Integers("pool/column_axis", 2)], "pool/column");
            string kept = graph.Node("Mul", [x, column], "pool/kept");
            string axis = graph.Integers("pool/token_axis", 1);
            string sum = graph.Node(
                "ReduceSum", [kept, axis], "pool/sum", GraphBuilder.Attribute("keepdims", 0L));
            string count = graph.Node(
                "ReduceSum", [weight, axis], "pool/count", GraphBuilder.Attribute("keepdims", 1L));
            string divisor = graph.Node("Max", [count, "one"], "pool/divisor");
            return graph.Node("Div", [sum, divisor], "pool/mean");
        }

        private void Normalise(string x)
        {
            float floor = weights.Floats(
                "module_apply_default/Encoder_en/hidden_layers/l2_normalize/Maximum/y")[0];
            string squares = graph.Node("Mul", [x, x], "head/squares");
            string sum = graph.Node(
                "ReduceSum",
                [squares, graph.Integers("head/axis", -1)],
                "head/sum",
                GraphBuilder.Attribute("keepdims", 1L));
            string floored = graph.Node("Max", [sum, graph.Scalar("head/floor", floor)], "head/floored");
            graph.Node("Div", [x, graph.Node("Sqrt", [floored], "head/norm")], "embedding");
        }

        private string LayerNorm(string x, string name, int width, string trained)
        {
            float epsilon = weights.Floats(
                Stack + "Layer_1/TransformerLayer/FFN/layer_prepostprocess/layer_norm/Cast/x")[0];
            return graph.Node(
                "LayerNormalization",
                [
                    x,
                    graph.Initializer($"{name}/scale", [width],
                        weights.Floats(trained + "layer_norm_scale/ConcatPartitions/concat", width)),
                    graph.Initializer($"{name}/bias", [width],
                        weights.Floats(trained + "layer_norm_bias/ConcatPartitions/concat", width)),
                ],
                name,
                GraphBuilder.Attribute("axis", -1),
                GraphBuilder.Attribute("epsilon", epsilon));
        }

        private string Linear(string x, string name, int from, int to, string kernel, string bias) =>
            Linear(x, name, from, to, weights.Floats(kernel, from, to), weights.Floats(bias, to));

        /// <summary>
        /// A 1×1 convolution over tokens is a linear layer: its kernel [1, 1, in, out] is [in, out].
        /// </summary>
        private string Convolution(
            string x, string name, int from, int to, string trained, string trainedKernel, string part) =>
            Linear(
                x, name, from, to,
                weights.Floats($"{trainedKernel}{part}/kernel/part_0", 1, 1, from, to),
                weights.Floats($"{trained}MultiheadAttention/{part}/bias/ConcatPartitions/concat", to));

        private string Linear(
            string x, string name, int from, int to, ReadOnlySpan<float> kernel, ReadOnlySpan<float> bias)
        {
            string product = graph.Node(
                "MatMul", [x, graph.Initializer($"{name}/kernel", [from, to], kernel)], $"{name}/product");
            return graph.Node("Add", [product, graph.Initializer($"{name}/bias", [to], bias)], name);
        }
    }
}
