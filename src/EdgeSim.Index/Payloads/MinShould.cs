namespace EdgeSim.Index.Payloads;

/// <summary>At least so many of the conditions hold.</summary>
/// <param name="Conditions">Each counts once.</param>
/// <param name="Count">0 asks for nothing; more than there are conditions is never fulfilled.</param>
public sealed record MinShould(IReadOnlyList<Condition> Conditions, int Count);
