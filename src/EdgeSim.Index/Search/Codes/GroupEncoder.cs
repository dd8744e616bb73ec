namespace EdgeSim.Index.Search.Codes;

/// <summary>Encodes groups of vectors; one thread at a time.</summary>
internal abstract class GroupEncoder
{
    /// <summary>Encodes vectors of a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="first">The first vector of the group.</param>
    /// <param name="count">How many.</param>
    /// <param name="group">The group's bytes, zeros.</param>
    internal abstract void Encode(int list, int first, int count, Span<byte> group);
}
