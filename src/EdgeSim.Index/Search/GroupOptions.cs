namespace EdgeSim.Index.Search;

/// <summary>
/// How matches are grouped. Qdrant's rules (lib/collection/src/grouping/aggregator.rs): a point is in the
/// group of each text or integer at the path, an array standing for its elements; a point with nothing there,
/// or with a value of another kind among them, is in no group. Integers above 2^63 - 1 count as another kind.
/// </summary>
/// <param name="Path">A path into payloads, such as "document" or "tags[].name".</param>
/// <param name="Groups">Groups wanted, 1 to <see cref="IndexLimits.GroupsMax"/>.</param>
/// <param name="GroupSize">
/// Matches wanted of each, at least 1; times the groups at most <see cref="IndexLimits.GroupMatchesMax"/>.
/// </param>
public sealed record GroupOptions(string Path, int Groups, int GroupSize)
{
    /// <exception cref="ArgumentException">A number is not allowed.</exception>
    internal void Validate()
    {
        if (Groups is < 1 or > IndexLimits.GroupsMax)
        {
            throw new ArgumentException(
                $"{Groups} groups are asked for; allowed are 1 to {IndexLimits.GroupsMax}.", nameof(Groups));
        }

        if (GroupSize < 1 || (long)GroupSize * Groups > IndexLimits.GroupMatchesMax)
        {
            throw new ArgumentException(
                $"{Groups} groups of {GroupSize} matches are asked for; allowed are 1 match to "
                + $"{IndexLimits.GroupMatchesMax} in all groups together. Ask for fewer of one of the two.",
                nameof(GroupSize));
        }
    }
}
