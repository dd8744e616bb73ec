using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>What the program gave to the store up to a power cut, and what it was promised.</summary>
internal sealed class TortureHistory
{
    private readonly List<long> _accepted = [];

    /// <summary>Tags of the batches given to the store, in order. The last may be half done.</summary>
    internal ReadOnlySpan<long> Accepted => CollectionsMarshal.AsSpan(_accepted);

    /// <summary>
    /// How many of them, from the first, must survive: up to the last that was called durable.
    /// </summary>
    internal int DurableCount { get; private set; }

    internal TortureHistory Clone()
    {
        var clone = new TortureHistory { DurableCount = DurableCount };
        clone._accepted.AddRange(_accepted);
        return clone;
    }

    /// <summary>Takes notice of a mark; other steps promise nothing.</summary>
    internal void Apply(in TraceStep step)
    {
        switch (step.Kind)
        {
            case TraceKind.Accepted:
                _accepted.Add(step.Offset);
                break;
            case TraceKind.Durable:
                int index = _accepted.LastIndexOf(step.Offset);
                if (index < 0)
                {
                    throw new InvalidOperationException(
                        $"Batch {step.Offset} was called durable and never accepted.");
                }

                DurableCount = Math.Max(DurableCount, index + 1);
                break;
            case TraceKind.Recovered:
                DurableCount = checked((int)step.Offset);
                _accepted.RemoveRange(DurableCount, _accepted.Count - DurableCount);
                break;
            default:
                break;
        }
    }
}
