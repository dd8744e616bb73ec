using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Codes;

/// <summary>Measures what it is offered, by plain loops.</summary>
/// <param name="column">The vectors.</param>
/// <param name="query">The query.</param>
/// <param name="wanted">How many are kept.</param>
internal sealed class SinkOfVectors(CodedColumn column, float[] query, int wanted) : ICandidateSink
{
    private readonly PriorityQueue<int, float> _best = new();

    public List<int> Offered { get; } = [];

    /// <summary>Stands in place of the worst one kept.</summary>
    public float? Fixed { get; init; }

    public Func<int, bool> Wanted { get; init; } = _ => true;

    public float Threshold
        => Fixed ?? (_best.Count == wanted && _best.TryPeek(out _, out float worst)
            ? worst
            : float.NegativeInfinity);

    public IEnumerable<int> Found => _best.UnorderedItems.Select(item => item.Element);

    public bool IsWanted(int vector) => Wanted(vector);

    public void Offer(ReadOnlySpan<int> vectors)
    {
        foreach (int vector in vectors)
        {
            Offered.Add(vector);
            float score = column.Score(query, vector);
            if (_best.Count < wanted)
            {
                _best.Enqueue(vector, score);
            }
            else
            {
                _best.EnqueueDequeue(vector, score);
            }
        }
    }
}
