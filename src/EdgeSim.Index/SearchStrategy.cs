namespace EdgeSim.Index;

/// <summary>How the rows of a search were found.</summary>
public enum SearchStrategy
{
    /// <summary>Every row that can be meant is compared: the answer is exact.</summary>
    Flat = 0,

    /// <summary>The rows of the nearest lists are compared (inverted file).</summary>
    Ivf = 1,

    /// <summary>
    /// Product codes of the rows of the nearest lists are looked up, and the best of them compared.
    /// </summary>
    IvfProduct = 2,

    /// <summary>
    /// One-bit codes (RaBitQ) of the rows of the nearest lists, and rows compared as far as the codes' error
    /// bound asks for it.
    /// </summary>
    IvfBits = 3,

    /// <summary>Links from row to row are followed towards the query.</summary>
    Hnsw = 4,

    /// <summary>Several of these, each in some of the segments.</summary>
    Mixed = 5,
}
