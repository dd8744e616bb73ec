namespace EdgeSim.Index;

/// <summary>How the rows of a search were found.</summary>
public enum SearchStrategy
{
    /// <summary>Every row that can be meant is compared: the answer is exact.</summary>
    Flat = 0,
}
