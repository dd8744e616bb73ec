using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using static EdgeSim.Encoders.Onnx.GraphBuilder;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Conversion;

/// <summary>
/// The image encoder: the trunk of the OpenImages detector in <c>@mediapipe/objectron</c>, its last
/// activation averaged over the picture, centred on a mean and brought to length 1.
/// Input <c>image</c>: float32 [batch, height, width, 3], RGB, byte / 127.5 - 1. Output <c>embedding</c>:
/// float32 [batch, 1280]. Without a mean there is a second output, <c>pooled</c>: the average before the
/// length is made 1, from which the mean is calibrated.
/// </summary>
/// <param name="height">Pixels of the input, 32..1024.</param>
/// <param name="width">Pixels of the input, 32..1024.</param>
internal sealed class MobileNetV2Graph(int height, int width) : IModelConverter
{
    /// <summary>Graph input.</summary>
    public const string Image = "image";

    /// <summary>Graph output: unit norm.</summary>
    public const string Embedding = "embedding";

    /// <summary>Graph output where no mean is given: averages, each 0..6.</summary>
    public const string Pooled = "pooled";

    /// <summary>Floats an embedding.</summary>
    public const int Dimension = 1280;

    /// <summary>
    /// Below this length a vector is not stretched to length 1: it is a picture about which nothing is known.
    /// </summary>
    private const float LengthMin = 1e-12f;

    /// <summary>For the size in the manifest.</summary>
    public MobileNetV2Graph()
        : this(224, 224)
    {
    }

    public string Name => "mobilenetv2-ssd";

    public ModelProto Build(IReadOnlyDictionary<string, byte[]> package, ReadOnlySpan<float> mean)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(height, width), 32);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(height, width), 1024);
        if (mean.Length is not (0 or Dimension))
        {
            throw new ModelException(
                $"{Name}: a mean of {mean.Length} values; {Dimension} or none are allowed.");
        }

        var graph = new GraphBuilder(Name);
        graph.Input(Image, DataType.Float, "batch", height, width, 3);
        graph.Node("Transpose", [Image], "image/planes", Attribute("perm", [0L, 3, 1, 2]));
        MobileNetV2Trunk.Plane last = MobileNetV2Trunk.Add(
            MobileNetV2Package.Read(package), graph, "image/planes", height, width);
        if (last.Channels != Dimension)
        {
            throw new ModelException($"{Name}: the trunk ends in {last.Channels} channels, not {Dimension}.");
        }

        graph.Node("GlobalAveragePool", [last.Name], "pooled/planes");
        graph.Node("Flatten", ["pooled/planes"], Pooled, Attribute("axis", 1));
        string vector = Pooled;
        if (mean.Length > 0)
        {
            graph.Initializer("mean", [1, Dimension], mean);
            vector = graph.Node("Sub", [Pooled, "mean"], "centred");
        }

        graph.Node("ReduceL2", [vector], "length", Attribute("axes", [1L]), Attribute("keepdims", 1));
        graph.Node("Max", ["length", graph.Scalar("length/min", LengthMin)], "length/floored");
        graph.Node("Div", [vector, "length/floored"], Embedding);
        graph.Output(Embedding, DataType.Float, "batch", Dimension);
        if (mean.Length == 0)
        {
            graph.Output(Pooled, DataType.Float, "batch", Dimension);
        }

        return graph.Build();
    }

    /// <summary>None: a picture needs no vocabulary.</summary>
    public IReadOnlyDictionary<string, byte[]> SideFiles(IReadOnlyDictionary<string, byte[]> package) =>
        new Dictionary<string, byte[]>();
}
