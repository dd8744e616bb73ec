using EdgeSim.Encoders;
using EdgeSim.Index;

namespace EdgeSim.Engine;

/// <summary>A place in a space, said in one of four ways; exactly one member is set.</summary>
public readonly record struct PointInput
{
    /// <summary>The vector itself.</summary>
    public float[]? Vector { get; private init; }

    /// <summary>Something that the collection's model encodes.</summary>
    public EncoderInput? Input { get; private init; }

    /// <summary>The vector of a stored point.</summary>
    public Key? Key { get; private init; }

    public static PointInput FromVector(float[] vector) => new() { Vector = vector };

    public static PointInput FromText(string text) => new() { Input = EncoderInput.FromText(text) };

    public static PointInput FromImage(ReadOnlyMemory<byte> file) =>
        new() { Input = EncoderInput.FromImage(file) };

    public static PointInput FromKey(Key key) => new() { Key = key };
}
