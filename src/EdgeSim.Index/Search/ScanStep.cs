namespace EdgeSim.Index.Search;

/// <summary>
/// Some vectors of a source that are compared together. Those compared have slots: all of them, or those that
/// were picked.
/// </summary>
internal readonly ref struct ScanStep
{
    private readonly ScanSource _source;
    private readonly int _first;
    private readonly ReadOnlySpan<uint> _excluded;

    /// <param name="source">Where they are.</param>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="needsScales">Whether lengths count; otherwise scales are not read.</param>
    /// <param name="picks">Which are compared, ascending; empty: all.</param>
    /// <param name="excluded">Places that are no match, ascending.</param>
    internal ScanStep(
        ScanSource source,
        int first,
        int count,
        bool needsScales,
        ReadOnlySpan<int> picks,
        ReadOnlySpan<uint> excluded)
    {
        _source = source;
        _first = first;
        _excluded = excluded;
        Codes = source.Codes(first, count);
        SquareSums = source.SquareSums(first, count);
        Scales = needsScales ? source.Scales(first, count) : default;
        Picks = picks;
    }

    internal ReadOnlySpan<sbyte> Codes { get; }

    internal ReadOnlySpan<int> SquareSums { get; }

    internal ReadOnlySpan<int> Picks { get; }

    internal int Slots => Picks.IsEmpty ? SquareSums.Length : Picks.Length;

    /// <summary>Empty where lengths do not count.</summary>
    internal ReadOnlySpan<float> Scales { get; }

    /// <summary>The vector in a slot, counted from the first of the step.</summary>
    internal int RowOf(int slot) => Picks.IsEmpty ? slot : Picks[slot];

    internal float ScaleOf(int row) => Scales.IsEmpty ? 1f : Scales[row];

    internal uint PlaceOf(int row) => _source.FirstPlace + (uint)(_first + row);

    /// <summary>Whether a vector's row lives, was chosen where there was a choice, and is not excluded.</summary>
    internal bool IsWanted(int row)
        => (!Picks.IsEmpty || _source.IsWanted(_source.Owner(_first + row)))
            && (_excluded.IsEmpty || _excluded.BinarySearch(PlaceOf(row)) < 0);

    /// <summary>Whether its row fulfils the filter that was left for later. Reads the payload.</summary>
    internal bool Matches(int row) => _source.Filter is null || _source.Matches(_source.Owner(_first + row));

    internal ReadOnlySpan<byte> Payload(int row) => _source.Rows.Payload(_source.Owner(_first + row));
}
