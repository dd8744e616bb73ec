namespace EdgeSim.Index.Payloads;

/// <summary>What a value in a payload is.</summary>
internal enum PayloadKind : byte
{
    /// <summary>The bytes end here, or are no MessagePack.</summary>
    Broken,
    Nil,
    Boolean,
    Integer,
    Float,
    Text,
    Binary,

    /// <summary>A time of the years 1 to 9999.</summary>
    Timestamp,

    /// <summary>An extension that is no such time.</summary>
    Extension,
    Array,
    Map,
}
