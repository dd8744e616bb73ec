namespace EdgeSim.Encoders;

/// <summary>
/// What encoding one input saw. An input that was cut says so; nothing is dropped in silence.
/// </summary>
/// <param name="Tokens">Text: token ids that entered the model. Image: 0.</param>
/// <param name="TokensDropped">Text: ids beyond the model's limit. Image: 0.</param>
/// <param name="Width">Image: pixels after orientation, before resizing. Text: 0.</param>
/// <param name="Height">Image: pixels after orientation, before resizing. Text: 0.</param>
public readonly record struct EncodeReport(int Tokens, int TokensDropped, int Width, int Height);
