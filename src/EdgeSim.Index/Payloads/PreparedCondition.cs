using System.Diagnostics;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// A condition ready to be asked about many rows: paths and values as UTF-8, bounds as numbers. Immutable;
/// any number of threads may ask.
/// </summary>
internal abstract class PreparedCondition
{
    /// <summary>Whether a row fulfils it, by looking at its payload. Allocates nothing.</summary>
    public abstract bool Matches(Key key, ReadOnlySpan<byte> payload);

    /// <summary>Whether <see cref="Lookup"/> can answer without looking at every payload.</summary>
    public virtual bool UsesIndex(IFilterRows rows) => false;

    /// <summary>
    /// Puts the rows that surely fulfil it into hits, and those that have to be looked at into doubts. Both
    /// come empty and may name dead rows.
    /// </summary>
    public virtual void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
        => throw new UnreachableException("asked for an index that is not there");

    /// <summary>How many live rows fulfil it. Without an index nothing is known.</summary>
    public virtual Cardinality Estimate(IFilterRows rows) => new(0, rows.LiveCount / 2, rows.LiveCount);

    /// <summary>Bounds for live rows from bounds that count dead ones too.</summary>
    protected static Cardinality OfAllRows(IFilterRows rows, long min, long expected, long max)
    {
        int dead = rows.RowCount - rows.LiveCount;
        int most = (int)Math.Clamp(max, 0, rows.LiveCount);
        int least = (int)Math.Clamp(min - dead, 0, most);
        double share = rows.RowCount == 0 ? 0 : (double)rows.LiveCount / rows.RowCount;
        return new Cardinality(least, Math.Clamp((int)(expected * share), least, most), most);
    }
}
