namespace EdgeSim.Encoders.Text;

/// <summary>How many ids a text has.</summary>
/// <param name="Written">Ids that were written; the first ones.</param>
/// <param name="Dropped">Ids for which there was no room.</param>
internal readonly record struct TokenCount(int Written, int Dropped);
