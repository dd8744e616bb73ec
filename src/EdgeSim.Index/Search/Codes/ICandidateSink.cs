namespace EdgeSim.Index.Search.Codes;

/// <summary>Where a scan of codes gets its questions answered.</summary>
internal interface ICandidateSink
{
    /// <summary>A vector must score above this to enter the answer.</summary>
    float Threshold { get; }

    /// <summary>Whether a vector can be in the answer.</summary>
    bool IsWanted(int vector);

    /// <summary>Measures vectors, and takes those that belong in the answer.</summary>
    /// <param name="vectors">None is offered twice.</param>
    void Offer(ReadOnlySpan<int> vectors);
}
