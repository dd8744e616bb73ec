namespace EdgeSim.Index.Payloads;

/// <summary>Which values of a field an index holds. The numbers are in files.</summary>
public enum PayloadIndexKind
{
    /// <summary>Texts as a whole, for equality.</summary>
    Keyword = 1,

    /// <summary>Integers of 64 bits with a sign, for equality and ranges.</summary>
    Integer = 2,

    /// <summary>All numbers as doubles, for ranges.</summary>
    Float = 3,

    /// <summary>Booleans.</summary>
    Bool = 4,

    /// <summary>Times, also as texts, for ranges.</summary>
    Datetime = 5,

    /// <summary>Places, for circles and boxes.</summary>
    Geo = 6,

    /// <summary>The words of texts.</summary>
    Text = 7,
}
