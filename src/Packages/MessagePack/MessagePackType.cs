namespace MessagePack;

/// <summary>The families of MessagePack's formats.</summary>
public enum MessagePackType : byte
{
    /// <summary>The byte 0xC1, which no value starts with.</summary>
    Unknown = 0,

    /// <summary>Signed or unsigned, up to 64 bits.</summary>
    Integer = 1,

    /// <summary>No value.</summary>
    Nil = 2,

    /// <summary>True or false.</summary>
    Boolean = 3,

    /// <summary>IEEE 754 with 32 or 64 bits.</summary>
    Float = 4,

    /// <summary>UTF-8 text.</summary>
    String = 5,

    /// <summary>Bytes.</summary>
    Binary = 6,

    /// <summary>Values in a row.</summary>
    Array = 7,

    /// <summary>Pairs of values.</summary>
    Map = 8,

    /// <summary>Bytes with a type number; -1 is a timestamp.</summary>
    Extension = 9,
}
