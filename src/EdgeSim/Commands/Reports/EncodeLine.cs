namespace EdgeSim.Commands.Reports;

/// <summary>One line of <c>encode --json</c>.</summary>
/// <param name="Input">The text or path, as it was given.</param>
/// <param name="Tokens">Texts: ids that entered the model.</param>
/// <param name="TokensDropped">Texts: ids beyond the model's limit.</param>
/// <param name="Width">Pictures: pixels after orientation.</param>
/// <param name="Height">Pictures: pixels after orientation.</param>
/// <param name="Ms">Milliseconds for this input.</param>
public sealed record EncodeLine(
    string Input,
    string Model,
    int? Tokens,
    int? TokensDropped,
    int? Width,
    int? Height,
    float[] Embedding,
    double Ms);
