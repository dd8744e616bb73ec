using System.Globalization;
using System.Runtime.InteropServices;
using EdgeSim.Encoders.Onnx.Format;
using Google.Protobuf;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;
using AttributeType = EdgeSim.Encoders.Onnx.Format.AttributeProto.Types.AttributeType;

namespace EdgeSim.Encoders.Onnx;

/// <summary>
/// Writes an ONNX model (opset 17, IR version 8) node by node, in the order of computation. The same calls
/// give the same bytes: nothing is sorted, dated or numbered from outside. Every name is checked where it is
/// used, so that a wrong graph fails at the line that builds it and not inside ONNX Runtime.
/// </summary>
internal sealed class GraphBuilder
{
    private const int Opset = 17;
    private const int IrVersion = 8;

    private readonly GraphProto graph;
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private int numbered;
    private bool built;

    /// <param name="name">Name of the graph, for people who look into the file.</param>
    public GraphBuilder(string name)
    {
        graph = new GraphProto { Name = name };
    }

    /// <summary>Declares a graph input.</summary>
    /// <param name="name">Name that the caller of the graph uses.</param>
    /// <param name="type">Element type.</param>
    /// <param name="axes">
    /// A length, or a word for an axis of any length: <c>Input("ids", Int64, "batch", 16)</c>.
    /// </param>
    /// <returns>The name.</returns>
    public string Input(string name, DataType type, params ReadOnlySpan<Axis> axes)
    {
        graph.Input.Add(ValueInfo(Define(name), type, axes));
        return name;
    }

    /// <summary>Declares that a tensor already computed is an output of the graph.</summary>
    /// <param name="name">Output of an earlier node.</param>
    /// <param name="type">Element type.</param>
    /// <param name="axes">A length, or a word for an axis of any length.</param>
    public void Output(string name, DataType type, params ReadOnlySpan<Axis> axes)
    {
        Require(name, "graph output");
        graph.Output.Add(ValueInfo(name, type, axes));
    }

    /// <summary>Adds a constant. No dimensions: a scalar.</summary>
    /// <returns>The name.</returns>
    public string Initializer(string name, ReadOnlySpan<long> dims, ReadOnlySpan<float> values) =>
        Constant(name, DataType.Float, dims, values.Length, MemoryMarshal.AsBytes(values));

    /// <inheritdoc cref="Initializer(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public string Initializer(string name, ReadOnlySpan<long> dims, ReadOnlySpan<long> values) =>
        Constant(name, DataType.Int64, dims, values.Length, MemoryMarshal.AsBytes(values));

    /// <inheritdoc cref="Initializer(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public string Initializer(string name, ReadOnlySpan<long> dims, ReadOnlySpan<int> values) =>
        Constant(name, DataType.Int32, dims, values.Length, MemoryMarshal.AsBytes(values));

    /// <inheritdoc cref="Initializer(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public string Initializer(string name, ReadOnlySpan<long> dims, ReadOnlySpan<sbyte> values) =>
        Constant(name, DataType.Int8, dims, values.Length, MemoryMarshal.AsBytes(values));

    /// <inheritdoc cref="Initializer(string, ReadOnlySpan{long}, ReadOnlySpan{float})"/>
    public string Initializer(string name, ReadOnlySpan<long> dims, ReadOnlySpan<byte> values) =>
        Constant(name, DataType.Uint8, dims, values.Length, values);

    /// <summary>Adds a float scalar.</summary>
    /// <returns>The name.</returns>
    public string Scalar(string name, float value) => Initializer(name, [], [value]);

    /// <summary>Adds an int64 vector, the form in which shapes, axes and bounds are given to nodes.</summary>
    /// <returns>The name.</returns>
    public string Integers(string name, params ReadOnlySpan<long> values) =>
        Initializer(name, [values.Length], values);

    /// <summary>Adds a node with one output.</summary>
    /// <param name="opType">ONNX operator.</param>
    /// <param name="inputs">Tensors that exist already; an empty string skips an optional input.</param>
    /// <param name="output">Name of the result, or null to number it.</param>
    /// <param name="attributes">See <see cref="Attribute(string, long)"/>.</param>
    /// <returns>The name of the output.</returns>
    public string Node(
        string opType,
        ReadOnlySpan<string> inputs,
        string? output = null,
        params ReadOnlySpan<AttributeProto> attributes)
    {
        output ??= string.Create(CultureInfo.InvariantCulture, $"{opType}_{numbered++}");
        Node(opType, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="opType">ONNX operator.</param>
    /// <param name="inputs">Tensors that exist already; an empty string skips an optional input.</param>
    /// <param name="outputs">Names of the results; the first is also the name of the node.</param>
    /// <param name="attributes">See <see cref="Attribute(string, long)"/>.</param>
    public void Node(
        string opType,
        ReadOnlySpan<string> inputs,
        ReadOnlySpan<string> outputs,
        params ReadOnlySpan<AttributeProto> attributes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(outputs.Length, nameof(outputs));
        var node = new NodeProto { OpType = opType, Name = outputs[0] };
        foreach (string input in inputs)
        {
            if (input.Length > 0)
            {
                Require(input, $"input of {opType} '{outputs[0]}'");
            }

            node.Input.Add(input);
        }

        foreach (string output in outputs)
        {
            node.Output.Add(Define(output));
        }

        foreach (AttributeProto attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        graph.Node.Add(node);
    }

    /// <summary>An attribute of a node.</summary>
    public static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, Type = AttributeType.Int, I = value };

    /// <inheritdoc cref="Attribute(string, long)"/>
    public static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, Type = AttributeType.Float, F = value };

    /// <inheritdoc cref="Attribute(string, long)"/>
    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <inheritdoc cref="Attribute(string, long)"/>
    public static AttributeProto Attribute(string name, ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        foreach (long value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }

    /// <summary>Hands the finished model over. Once only: the model is not copied.</summary>
    /// <exception cref="InvalidOperationException">No output was declared, or this is the second
    /// call.</exception>
    public ModelProto Build()
    {
        if (built || graph.Output.Count == 0)
        {
            throw new InvalidOperationException(
                built ? "The model was handed over already." : "The graph has no output: call Output first.");
        }

        built = true;

        // No producer version: a release that changes nothing here must not change the hash of the model.
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "edgesim", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return model;
    }

    private string Constant(
        string name, DataType type, ReadOnlySpan<long> dims, int count, ReadOnlySpan<byte> bytes)
    {
        long expected = 1;
        foreach (long side in dims)
        {
            expected = checked(expected * side);
        }

        if (expected != count)
        {
            throw new ArgumentException(
                $"'{name}' of shape [{string.Join(", ", dims.ToArray())}] needs {expected} values, "
                + $"got {count}.");
        }

        // raw_data is little endian by the standard; every processor that .NET runs this program on is, too.
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("ONNX constants need a little-endian processor.");
        }

        var tensor = new TensorProto
        {
            Name = Define(name),
            DataType = (int)type,
            RawData = ByteString.CopyFrom(bytes),
        };
        foreach (long side in dims)
        {
            tensor.Dims.Add(side);
        }

        graph.Initializer.Add(tensor);
        return name;
    }

    private static ValueInfoProto ValueInfo(string name, DataType type, ReadOnlySpan<Axis> axes)
    {
        var shape = new TensorShapeProto();
        foreach (Axis axis in axes)
        {
            shape.Dim.Add(axis.Name is { } word
                ? new TensorShapeProto.Types.Dimension { DimParam = word }
                : new TensorShapeProto.Types.Dimension { DimValue = axis.Length });
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private string Define(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return names.Add(name)
            ? name
            : throw new ArgumentException($"The graph has a tensor '{name}' already.");
    }

    private void Require(string name, string use)
    {
        if (!names.Contains(name))
        {
            throw new ArgumentException($"No tensor '{name}' exists yet; it is needed as {use}.");
        }
    }

    /// <summary>One axis of an input or output: a fixed length, or a word for any length.</summary>
    internal readonly record struct Axis(string? Name, long Length)
    {
        public static implicit operator Axis(string name) => new(name, 0);

        public static implicit operator Axis(long length) => new(null, length);
    }
}
