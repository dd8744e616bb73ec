using System.Text;
using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>Rows in memory: keys 0, 1, 2 and so on.</summary>
internal sealed class MemoryRows(IReadOnlyList<byte[]> payloads) : IFilterRows
{
    private readonly HashSet<int> _dead = [];

    public int RowCount => payloads.Count;

    public int LiveCount => payloads.Count - _dead.Count;

    public PayloadIndexes? Indexes { get; set; }

    /// <summary>How many payloads were looked at.</summary>
    public int PayloadsRead { get; private set; }

    public static MemoryRows Of(IEnumerable<JsonNode> payloads)
        => new([.. payloads.Select(p => PayloadJson.FromJson(Encoding.UTF8.GetBytes(p.ToJsonString())))]);

    public void Kill(int row) => _dead.Add(row);

    public bool IsLive(int row) => !_dead.Contains(row);

    public Key Key(int row) => (ulong)row;

    public ReadOnlySpan<byte> Payload(int row)
    {
        PayloadsRead++;
        return payloads[row];
    }

    public int FindKey(Key key)
        => key.Number < (ulong)RowCount && IsLive((int)key.Number) ? (int)key.Number : -1;

    public byte[] BuildIndexes(params PayloadIndexField[] fields)
    {
        using var stream = new MemoryStream();
        long bytes = PayloadIndexBuilder.Write(this, fields, stream);
        Assert.Equal(stream.Length, bytes);
        return stream.ToArray();
    }

    public List<int> Evaluate(Filter filter, FilterEvaluator? evaluator = null)
    {
        var found = new RowBitmap();
        (evaluator ?? new FilterEvaluator()).Evaluate(PreparedFilter.Prepare(filter), this, found);
        var rows = new List<int>();
        for (int row = found.Next(0); row >= 0; row = found.Next(row + 1))
        {
            rows.Add(row);
        }

        Assert.Equal(rows.Count, found.Count());
        return rows;
    }
}
