namespace EdgeSim.Engine.Replies;

/// <param name="Model">The model that made the embeddings.</param>
/// <param name="Fingerprint">Vectors of two fingerprints never compare.</param>
/// <param name="Milliseconds">All inputs together.</param>
public sealed record EncodeReply(
    string Model,
    string Fingerprint,
    int Dimension,
    IReadOnlyList<EncodedItem> Items,
    double Milliseconds) : Reply;
