namespace EdgeSim.Index.Search.Codes;

/// <summary>A probe as the sink of a scan.</summary>
internal readonly ref struct ProbeSink(Probe probe) : ICandidateSink
{
    private readonly Probe _probe = probe;
    private readonly bool _isEveryWanted = probe.IsEveryVectorWanted;

    /// <inheritdoc/>
    public float Threshold => _probe.Threshold;

    /// <inheritdoc/>
    public bool IsWanted(int vector) => _isEveryWanted || _probe.IsWanted(vector);

    /// <inheritdoc/>
    public void Offer(ReadOnlySpan<int> vectors) => _probe.Offer(vectors);
}
