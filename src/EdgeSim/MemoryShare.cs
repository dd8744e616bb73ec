namespace EdgeSim;

/// <summary>One line of the memory budget.</summary>
/// <param name="Name">What the bytes are for.</param>
/// <param name="Bytes">At its maximum.</param>
/// <param name="Lower">The command that lowers it, or <c>fixed</c>.</param>
public readonly record struct MemoryShare(string Name, long Bytes, string Lower);
