namespace EdgeSim.Commands.Ann;

/// <summary>A file of a distribution package.</summary>
/// <param name="Name">Without folder.</param>
/// <param name="Sha256">Of its content, in lower-case hexadecimal.</param>
internal sealed record DebianFile(string Name, string Sha256);
