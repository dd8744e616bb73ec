namespace EdgeSim.Index;

/// <summary>A vector that a repair could not save, of a point that it could.</summary>
/// <param name="Key">The point, which is there without this vector.</param>
/// <param name="Vector">Name of the vector.</param>
public readonly record struct LostVector(Key Key, string Vector);
