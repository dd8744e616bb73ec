namespace EdgeSim.Engine.Replies;

/// <summary>One embedding and what its input was.</summary>
/// <param name="Tokens">Texts only.</param>
/// <param name="TokensDropped">Texts only; above 0 the text was longer than the model reads.</param>
/// <param name="Width">Pictures only, pixels.</param>
/// <param name="Height">Pictures only, pixels.</param>
public sealed record EncodedItem(
    float[] Embedding,
    double Milliseconds,
    int? Tokens = null,
    int? TokensDropped = null,
    int? Width = null,
    int? Height = null);
