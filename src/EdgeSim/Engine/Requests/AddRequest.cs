namespace EdgeSim.Engine.Requests;

/// <summary>Encode and store points; durable when the reply comes.</summary>
/// <param name="Collection">Created when it is not there.</param>
/// <param name="Model">For a new collection: its model, or null for the default of the first point.</param>
/// <param name="Points">
/// 1..<see cref="Limits.BatchItemsMax"/>; a key that is there already is replaced.
/// </param>
/// <param name="SkipRefused">
/// False: one refused input refuses the whole request. True: the refused ones are left out and listed in the
/// reply.
/// </param>
public sealed record AddRequest(
    string Collection, string? Model, IReadOnlyList<NewPoint> Points, bool SkipRefused = false) : Request;
