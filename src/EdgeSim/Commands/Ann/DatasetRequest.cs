namespace EdgeSim.Commands.Ann;

/// <summary>What <c>bench fetch</c> was asked for.</summary>
/// <param name="Folder">Where the files go; it is there.</param>
/// <param name="From">Folder with what was brought instead of fetched; null: the cache.</param>
/// <param name="Rows">Rows of a set that is made up.</param>
/// <param name="Seed">Of a set that is made up.</param>
/// <param name="Output">For progress.</param>
internal sealed record DatasetRequest(string Folder, string? From, int Rows, ulong Seed, Output Output)
{
    internal string BasePath => Path.Combine(Folder, "base.fbin");

    internal string QueryPath => Path.Combine(Folder, "query.fbin");
}
