using System.Buffers.Binary;
using Google.FlatBuffers;

namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary>
/// The graph of a TensorFlow Lite file, version 3 of the schema
/// (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs). Only the tables
/// that a convolutional trunk needs are read; anything outside of the schema's rules is a
/// <see cref="ModelException"/>.
/// </summary>
internal sealed class TensorFlowLiteModel
{
    private const string Identifier = "TFL3";
    private const int SchemaVersion = 3;
    private const int OperandsMax = 64;

    private readonly Dictionary<int, TensorFlowLiteOperator> producers = [];

    private TensorFlowLiteModel(
        TensorFlowLiteTensor[] tensors, TensorFlowLiteOperator[] operators, int[] inputs, int[] outputs)
    {
        Tensors = tensors;
        Operators = operators;
        Inputs = inputs;
        Outputs = outputs;
        foreach (TensorFlowLiteOperator each in operators)
        {
            foreach (int output in each.Outputs)
            {
                if (!producers.TryAdd(output, each))
                {
                    throw new ModelException(
                        $"TensorFlow Lite file: two operators write '{tensors[output].Name}'. "
                        + "Fetch the package again.");
                }
            }
        }
    }

    public IReadOnlyList<TensorFlowLiteTensor> Tensors { get; }

    /// <summary>In the order of computation.</summary>
    public IReadOnlyList<TensorFlowLiteOperator> Operators { get; }

    /// <summary>Indices into <see cref="Tensors"/>.</summary>
    public IReadOnlyList<int> Inputs { get; }

    /// <summary>Indices into <see cref="Tensors"/>.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>
    /// Reads a file. O(tables); the weights stay where they are until <see cref="Constant"/>.
    /// </summary>
    /// <param name="file">The bytes; the model keeps views of them.</param>
    /// <param name="start">Where the FlatBuffer begins; it reaches to the end.</param>
    /// <exception cref="ModelException">
    /// Not a TensorFlow Lite file of version 3, or a damaged one.
    /// </exception>
    public static TensorFlowLiteModel Parse(byte[] file, int start)
    {
        if (start > file.Length)
        {
            throw new ModelException(
                $"TensorFlow Lite file: {file.Length} bytes, and the model begins at byte "
                + $"{start}. Fetch the package again.");
        }

        FlatTable root = FlatTable.Root(new ByteBuffer(file, start), Identifier);
        int version = root.Int32(field: 0);
        FlatTable[] graphs = root.Tables(field: 2);
        if (version != SchemaVersion || graphs.Length != 1)
        {
            throw new ModelException(
                $"TensorFlow Lite file: schema version {version} with {graphs.Length} graphs; "
                + $"this reader knows version {SchemaVersion} with one graph.");
        }

        FlatTable graph = graphs[0];
        TensorFlowLiteTensor[] tensors = ReadTensors(graph.Tables(field: 0), root.Tables(field: 4));
        OperatorKind[] kinds = Array.ConvertAll(root.Tables(field: 1), ReadKind);
        FlatTable[] tables = graph.Tables(field: 3);
        var operators = new TensorFlowLiteOperator[tables.Length];
        for (int i = 0; i < operators.Length; i++)
        {
            operators[i] = ReadOperator(tables[i], kinds, tensors.Length);
        }

        return new TensorFlowLiteModel(
            tensors,
            operators,
            ReadOperands(graph, 1, tensors.Length, 0),
            ReadOperands(graph, 2, tensors.Length, 0));
    }

    /// <summary>The operator that computes a tensor, or null for an input and for a constant.</summary>
    public TensorFlowLiteOperator? Producer(int tensor) => producers.GetValueOrDefault(tensor);

    /// <summary>
    /// The values of a constant, row-major. A float16 constant stands behind a DEQUANTIZE operator, which is
    /// folded here: every float16 value is a float32 value. O(elements).
    /// </summary>
    /// <exception cref="ModelException">
    /// Not a constant, of another type, too short or too long, or not finite.
    /// </exception>
    public float[] Constant(int tensor)
    {
        TensorFlowLiteTensor constant = Tensors[tensor];
        if (Producer(tensor) is { Kind: OperatorKind.Dequantize, Inputs: [int half and >= 0] })
        {
            // Callers go by the shape of the tensor that they name.
            constant = Tensors[half].Shape.AsSpan().SequenceEqual(constant.Shape)
                ? Tensors[half]
                : throw Unfit(constant, $"shape [{string.Join(", ", constant.Shape)}], dequantised from "
                    + $"[{string.Join(", ", Tensors[half].Shape)}]");
        }

        int elementBytes = constant.Kind switch
        {
            ElementKind.Float32 => sizeof(float),
            ElementKind.Float16 => sizeof(ushort),
            _ => throw Unfit(constant, $"element type {(byte)constant.Kind}, not float32 (0) or float16 (1)"),
        };
        long count = 1;
        foreach (int side in constant.Shape)
        {
            // Capped before the product can overflow: no constant is that long.
            count = Math.Min(count * side, int.MaxValue);
        }

        if (count * elementBytes != constant.Data.Count)
        {
            throw Unfit(
                constant, $"{constant.Data.Count} bytes, not the {count * elementBytes} of its shape");
        }

        ReadOnlySpan<byte> data = constant.Data;
        var values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = constant.Kind == ElementKind.Float32
                ? BinaryPrimitives.ReadSingleLittleEndian(data[(i * sizeof(float))..])
                : (float)BinaryPrimitives.ReadHalfLittleEndian(data[(i * sizeof(ushort))..]);
            if (!float.IsFinite(values[i]))
            {
                throw Unfit(constant, $"{values[i]} at element {i}, not a finite number");
            }
        }

        return values;
    }

    private static TensorFlowLiteTensor[] ReadTensors(FlatTable[] tables, FlatTable[] buffers)
    {
        var tensors = new TensorFlowLiteTensor[tables.Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            string name = tables[i].String(field: 3);
            int[] shape = tables[i].Int32s(field: 0);
            int buffer = tables[i].Int32(field: 2);
            if (buffer < 0 || buffer >= buffers.Length || Array.Exists(shape, side => side < 1))
            {
                throw new ModelException($"TensorFlow Lite file: tensor '{name}' has buffer {buffer} of "
                    + $"{buffers.Length} and shape [{string.Join(", ", shape)}]; sides are at least 1. "
                    + "Fetch the package again.");
            }

            tensors[i] = new TensorFlowLiteTensor(
                name, shape, (ElementKind)tables[i].Byte(field: 1), buffers[buffer].Bytes(field: 0));
        }

        return tensors;
    }

    /// <summary>
    /// The number of an operator moved from a byte to an int32 when it outgrew 127; old files have only the
    /// byte and new ones have both, so the larger one counts.
    /// </summary>
    private static OperatorKind ReadKind(FlatTable code) =>
        (OperatorKind)Math.Max((sbyte)code.Byte(field: 0), code.Int32(field: 3));

    private static TensorFlowLiteOperator ReadOperator(FlatTable table, OperatorKind[] kinds, int tensors)
    {
        int kind = table.Int32(field: 0);
        if (kind < 0 || kind >= kinds.Length)
        {
            throw new ModelException($"TensorFlow Lite file: an operator of kind {kind} of {kinds.Length}. "
                + "Fetch the package again.");
        }

        var bare = new TensorFlowLiteOperator(
            kinds[kind], ReadOperands(table, 1, tensors, -1), ReadOperands(table, 2, tensors, 0));
        return bare.Kind switch
        {
            OperatorKind.Convolution => ReadConvolution(bare, Options(table, bare.Kind, union: 1)),
            OperatorKind.DepthwiseConvolution => ReadDepthwise(bare, Options(table, bare.Kind, union: 2)),
            OperatorKind.Add => bare with
            {
                Activation = (ActivationKind)Options(table, bare.Kind, union: 11).Byte(field: 0),
            },
            _ => bare,
        };
    }

    private static TensorFlowLiteOperator ReadConvolution(
        TensorFlowLiteOperator bare, FlatTable options) => bare with
    {
        Padding = (PaddingKind)options.Byte(field: 0),
        StrideWidth = options.Int32(field: 1),
        StrideHeight = options.Int32(field: 2),
        Activation = (ActivationKind)options.Byte(field: 3),
        DilationWidth = options.Int32(field: 4, absent: 1),
        DilationHeight = options.Int32(field: 5, absent: 1),
    };

    private static TensorFlowLiteOperator ReadDepthwise(
        TensorFlowLiteOperator bare, FlatTable options) => bare with
    {
        Padding = (PaddingKind)options.Byte(field: 0),
        StrideWidth = options.Int32(field: 1),
        StrideHeight = options.Int32(field: 2),
        DepthMultiplier = options.Int32(field: 3),
        Activation = (ActivationKind)options.Byte(field: 4),
        DilationWidth = options.Int32(field: 5, absent: 1),
        DilationHeight = options.Int32(field: 6, absent: 1),
    };

    /// <summary>The options table, whose schema is told by the union's number in field 3.</summary>
    private static FlatTable Options(FlatTable table, OperatorKind kind, byte union)
    {
        byte found = table.Byte(field: 3);
        return found == union
            ? table.Table(field: 4)
            : throw new ModelException(
                $"TensorFlow Lite file: {kind} with options of type {found}, not {union}. "
                + "Fetch the package again.");
    }

    private static int[] ReadOperands(FlatTable table, int field, int tensors, int min)
    {
        int[] operands = table.Int32s(field, OperandsMax);
        foreach (int operand in operands)
        {
            if (operand < min || operand >= tensors)
            {
                throw new ModelException($"TensorFlow Lite file: tensor {operand} of {tensors} is used. "
                    + "Fetch the package again.");
            }
        }

        return operands;
    }

    private static ModelException Unfit(TensorFlowLiteTensor tensor, string found) => new(
        $"TensorFlow Lite file: constant '{tensor.Name}' has {found}. Fetch the package again.");
}
