using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeSim.Index;

/// <summary>
/// The caller's id of a point: an unsigned 64-bit number or a UUID. The two never meet: number 1 and the UUID
/// that ends in 1 are different points. Numbers come first in key order, then UUIDs by their bytes as
/// written.
/// </summary>
public readonly struct Key : IEquatable<Key>, IComparable<Key>
{
    /// <summary>A numbered point.</summary>
    public Key(ulong number) => Low = number;

    /// <summary>A point named by a UUID.</summary>
    public Key(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        High = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        Low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        IsUuid = true;
    }

    internal Key(bool isUuid, ulong high, ulong low)
    {
        IsUuid = isUuid;
        High = high;
        Low = low;
    }

    /// <summary>Whether this is a UUID.</summary>
    public bool IsUuid { get; }

    /// <summary>The number; an error for a UUID.</summary>
    public ulong Number
        => IsUuid ? throw new InvalidOperationException($"Key {this} is a UUID, not a number.") : Low;

    /// <summary>The UUID; an error for a number.</summary>
    public Guid Uuid
    {
        get
        {
            if (!IsUuid)
            {
                throw new InvalidOperationException($"Key {this} is a number, not a UUID.");
            }

            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
            return new Guid(bytes, bigEndian: true);
        }
    }

    /// <summary>First eight bytes of a UUID as a big-endian number; 0 for a number.</summary>
    internal ulong High { get; }

    /// <summary>The number, or the last eight bytes of a UUID as a big-endian number.</summary>
    internal ulong Low { get; }

    /// <summary>A number as a key.</summary>
    public static implicit operator Key(ulong number) => new(number);

    /// <summary>A UUID as a key.</summary>
    public static implicit operator Key(Guid uuid) => new(uuid);

    /// <inheritdoc cref="Equals(Key)"/>
    public static bool operator ==(Key left, Key right) => left.Equals(right);

    /// <summary>Whether two keys differ.</summary>
    public static bool operator !=(Key left, Key right) => !left.Equals(right);

    /// <summary>Key order.</summary>
    public static bool operator <(Key left, Key right) => left.CompareTo(right) < 0;

    /// <summary>Key order.</summary>
    public static bool operator >(Key left, Key right) => left.CompareTo(right) > 0;

    /// <summary>Key order.</summary>
    public static bool operator <=(Key left, Key right) => left.CompareTo(right) <= 0;

    /// <summary>Key order.</summary>
    public static bool operator >=(Key left, Key right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// Reads a decimal number or a UUID in any form that <see cref="Guid"/> reads; false for anything else.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Key key)
    {
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            key = number;
            return true;
        }

        bool isUuid = Guid.TryParse(text, out Guid uuid);
        key = isUuid ? uuid : default(Key);
        return isUuid;
    }

    /// <summary>Whether both are the same kind and value.</summary>
    public bool Equals(Key other) => IsUuid == other.IsUuid && High == other.High && Low == other.Low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Key other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsUuid, High, Low);

    /// <inheritdoc/>
    public int CompareTo(Key other)
        => IsUuid != other.IsUuid ? (IsUuid ? 1 : -1)
            : High != other.High ? High.CompareTo(other.High)
            : Low.CompareTo(other.Low);

    /// <summary>The number in decimal, or the UUID with hyphens.</summary>
    public override string ToString()
        => IsUuid ? Uuid.ToString("D") : Low.ToString(CultureInfo.InvariantCulture);
}
