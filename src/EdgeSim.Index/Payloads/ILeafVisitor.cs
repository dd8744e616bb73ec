namespace EdgeSim.Index.Payloads;

/// <summary>Sees the values at the end of a path.</summary>
internal interface ILeafVisitor
{
    /// <summary>One value as MessagePack; true ends the walk.</summary>
    bool Visit(ReadOnlySpan<byte> value);
}
