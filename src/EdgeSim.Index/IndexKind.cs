namespace EdgeSim.Index;

/// <summary>What leads a search to the near rows of a segment. Small segments have none of it.</summary>
public enum IndexKind
{
    /// <summary>What suits the number of rows and the dimension.</summary>
    Auto = 0,

    /// <summary>Nothing: every search is a scan, and exact.</summary>
    Flat = 1,

    /// <summary>Lists of rows that lie near each other, stored list by list.</summary>
    Ivf = 2,

    /// <summary>Lists, and product codes of 4 bits that tell which of their rows to compare.</summary>
    IvfProduct = 3,

    /// <summary>Lists, and one-bit codes (RaBitQ).</summary>
    IvfBits = 4,

    /// <summary>A graph of links between near rows.</summary>
    Hnsw = 5,
}
