using System.Buffers;

namespace MessagePack;

/// <summary>An extension: its type and its bytes, which belong to the buffer that was read.</summary>
public struct ExtensionResult
{
    /// <summary>Over contiguous bytes.</summary>
    public ExtensionResult(sbyte typeCode, Memory<byte> data)
        : this(typeCode, new ReadOnlySequence<byte>(data))
    {
    }

    /// <summary>Over bytes in pieces.</summary>
    public ExtensionResult(sbyte typeCode, ReadOnlySequence<byte> data)
    {
        TypeCode = typeCode;
        Data = data;
    }

    /// <summary>Negative numbers are the specification's.</summary>
    public sbyte TypeCode { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlySequence<byte> Data { get; private set; }

    /// <summary>Type and length.</summary>
    public readonly ExtensionHeader Header => new(TypeCode, checked((uint)Data.Length));
}
