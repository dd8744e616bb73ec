namespace EdgeSim.Encoders;

/// <summary>How a text becomes the inputs of the graph.</summary>
/// <param name="Tokenizer">Only <c>sentencepiece-unigram</c> so far.</param>
/// <param name="Vocabulary">The vocabulary file: a JSON array of [piece, score].</param>
/// <param name="TokensMax">Ids beyond this many are dropped and reported.</param>
/// <param name="InputIds">Graph input: int64 [batch, tokens].</param>
/// <param name="AttentionMask">Graph input: int64 [batch, tokens], 1 for a token, 0 for padding.</param>
public sealed record TextInput(
    string Tokenizer, ModelFile Vocabulary, int TokensMax, string InputIds, string AttentionMask);
