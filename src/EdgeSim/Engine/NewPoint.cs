using EdgeSim.Index;

namespace EdgeSim.Engine;

/// <summary>A point to store.</summary>
/// <param name="Key">
/// The caller's id, or null: then derived from the content, so that adding the same twice stores it once.
/// </param>
/// <param name="Input">A vector, a text or a picture; not a key.</param>
/// <param name="Payload">
/// A JSON object in UTF-8, or empty; at most <see cref="Limits.PayloadBytesMax"/>.
/// </param>
public sealed record NewPoint(Key? Key, PointInput Input, ReadOnlyMemory<byte> Payload);
