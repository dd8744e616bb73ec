namespace EdgeSim.Encoders;

/// <summary>
/// How a picture becomes the input of the graph: orient, resize, crop, scale. RGB, alpha over a flat colour.
/// </summary>
/// <param name="Name">
/// Graph input: float32 [batch, Height, Width, 3] (NHWC), value = byte × Scale + Offset.
/// </param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Fit">
/// <c>stretch</c>: both sides to size; <c>crop</c>: shorter side to size, centre crop; <c>pad</c>: longer
/// side to size, padded with the background.
/// </param>
/// <param name="Scale">Multiplies the byte value, e.g. 1/127.5.</param>
/// <param name="Offset">Added afterwards, e.g. -1.</param>
/// <param name="Background">Grey level 0..255 behind transparent pixels and padding.</param>
public sealed record ImageInput(
    string Name, int Width, int Height, string Fit, float Scale, float Offset, int Background);
