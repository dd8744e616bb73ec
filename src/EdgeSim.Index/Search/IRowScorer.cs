namespace EdgeSim.Index.Search;

/// <summary>Scores the rows of a step. A value type, so that loops over it are compiled for each one.</summary>
/// <remarks>
/// Laws: <see cref="CanBeat"/> is never false for a row whose <see cref="Score"/> is above the threshold, and
/// <see cref="Next"/> stops at every such row; <see cref="Reaches"/> is never true for a row whose score is below. Scores are finite and depend on the row
/// alone.
/// </remarks>
internal interface IRowScorer
{
    /// <summary>Vectors that each row is compared with.</summary>
    int Lanes { get; }

    /// <summary>A scorer for another thread.</summary>
    void Fork();

    /// <summary>Dot products of the codes: [lanes x slots].</summary>
    void Measure(in ScanStep step, Span<int> dots);

    /// <summary>
    /// The first slot from one on whose row can have a score above a threshold, or the number of slots.
    /// </summary>
    int Next(in ScanStep step, ReadOnlySpan<int> dots, int slot, float threshold);

    /// <summary>Whether a row can have a score above a threshold.</summary>
    bool CanBeat(in ScanStep step, ReadOnlySpan<int> dots, int slot, int row, float threshold);

    /// <summary>Whether a row surely has a score, or a better one.</summary>
    bool Reaches(in ScanStep step, ReadOnlySpan<int> dots, int slot, int row, float score);

    /// <summary>The score, from the float vectors.</summary>
    float Score(in ScanStep step, int row);
}
