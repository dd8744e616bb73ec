using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>One change of a <see cref="WriteBatch"/>; its bytes and vectors are in the batch.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Key">To which point; of no meaning where there is a filter.</param>
/// <param name="Start">Where its bytes start: a payload, or the numbers of columns.</param>
/// <param name="Length">How many they are.</param>
/// <param name="VectorStart">Its first vector.</param>
/// <param name="VectorCount">How many it has.</param>
internal readonly record struct WriteStep(
    StepKind Kind, Key Key, int Start, int Length, int VectorStart, int VectorCount)
{
    /// <summary>What a change takes beside its bytes and vectors.</summary>
    internal const int SizeBytes = 80;

    /// <summary>The points it is about, instead of a key.</summary>
    internal Filter? Filter { get; init; }

    /// <summary>Fields of the payload.</summary>
    internal IReadOnlyList<string>? Paths { get; init; }
}
