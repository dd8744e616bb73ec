namespace EdgeSim;

/// <summary>One line of the memory budget.</summary>
/// <param name="Name">What the bytes are for.</param>
/// <param name="Bytes">At its maximum.</param>
/// <param name="Lower">The command that lowers it, or <c>fixed</c>.</param>
/// <param name="Managed">Whether it lies in the managed heap, whose hard limit is the sum of these.</param>
public readonly record struct MemoryShare(string Name, long Bytes, string Lower, bool Managed = false);
