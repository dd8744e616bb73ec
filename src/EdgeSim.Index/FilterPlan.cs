namespace EdgeSim.Index;

/// <summary>When the filter of a search was asked. The matches are the same; the work is not.</summary>
public enum FilterPlan
{
    /// <summary>There was none.</summary>
    None = 0,

    /// <summary>
    /// Before the scan, from payload indexes where there are some: only its rows were compared.
    /// </summary>
    First = 1,

    /// <summary>After the scan, about the rows only that were near enough to enter the answer.</summary>
    Last = 2,

    /// <summary>First in some segments, last in the others.</summary>
    Mixed = 3,

    /// <summary>
    /// While rows are looked for: others are walked through or passed over, and the search goes on until
    /// enough are found.
    /// </summary>
    During = 4,
}
