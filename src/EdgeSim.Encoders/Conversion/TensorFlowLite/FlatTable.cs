using System.Text;
using Google.FlatBuffers;

namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary>
/// One table of a FlatBuffer (https://flatbuffers.dev/internals), read with every offset checked against the
/// file. The runtime's own Verifier cannot do that here: it holds the position of a vtable in 16 bits, so it
/// works only within the first 32 KiB. Fields are named by their index in the schema; an absent field has its
/// default.
/// </summary>
internal readonly struct FlatTable
{
    private const int RankMax = 8;
    private const int TablesMax = 4096;
    private const int StringBytesMax = 4096;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly ByteBuffer bytes;
    private readonly int position;
    private readonly int vtable;
    private readonly int vtableBytes;
    private readonly int tableBytes;

    private FlatTable(ByteBuffer bytes, long position)
    {
        this.bytes = bytes;
        Require(bytes, position, sizeof(int), "table");
        this.position = (int)position;
        long vtablePosition = position - bytes.GetInt(this.position);
        Require(bytes, vtablePosition, 2 * sizeof(ushort), "vtable");
        vtable = (int)vtablePosition;
        vtableBytes = bytes.GetUshort(vtable);
        tableBytes = bytes.GetUshort(vtable + sizeof(ushort));
        Require(bytes, vtable, vtableBytes, "vtable");
        Require(bytes, position, tableBytes, "table");
        if (vtableBytes < 2 * sizeof(ushort) || tableBytes < sizeof(int))
        {
            throw Damaged(
                position, $"a table of {tableBytes} bytes with a vtable of {vtableBytes}; at least 4 and 4");
        }
    }

    /// <summary>The root table.</summary>
    /// <param name="bytes">Position: where the FlatBuffer begins; it reaches to the end.</param>
    /// <param name="identifier">Four characters, the file identifier of the schema.</param>
    /// <exception cref="ModelException">
    /// The identifier is another one, or the root is outside the file.
    /// </exception>
    public static FlatTable Root(ByteBuffer bytes, string identifier)
    {
        Require(bytes, bytes.Position, 2 * sizeof(int), "header");
        for (int i = 0; i < identifier.Length; i++)
        {
            byte found = bytes.Get(bytes.Position + sizeof(int) + i);
            if (found != identifier[i])
            {
                throw Damaged(bytes.Position + sizeof(int) + i, $"byte {found} where the file identifier "
                    + $"'{identifier}' must stand");
            }
        }

        return new FlatTable(bytes, (long)bytes.Position + bytes.GetUint(bytes.Position));
    }

    public byte Byte(int field)
    {
        int at = Field(field, sizeof(byte));
        return at == 0 ? (byte)0 : bytes.Get(at);
    }

    public int Int32(int field, int absent = 0)
    {
        int at = Field(field, sizeof(int));
        return at == 0 ? absent : bytes.GetInt(at);
    }

    /// <summary>A table that must be there.</summary>
    public FlatTable Table(int field)
    {
        int at = Field(field, sizeof(uint));
        return at == 0
            ? throw Damaged(position, $"a table without its field {field}, which is needed")
            : new FlatTable(bytes, (long)at + bytes.GetUint(at));
    }

    public FlatTable[] Tables(int field)
    {
        (int start, int count) = Vector(field, sizeof(uint), TablesMax);
        var tables = new FlatTable[count];
        for (int i = 0; i < count; i++)
        {
            int at = start + (i * sizeof(uint));
            tables[i] = new FlatTable(bytes, (long)at + bytes.GetUint(at));
        }

        return tables;
    }

    /// <summary>A short vector of int32: a shape, or the tensors of an operator.</summary>
    public int[] Int32s(int field, int countMax = RankMax)
    {
        (int start, int count) = Vector(field, sizeof(int), countMax);
        var values = new int[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = bytes.GetInt(start + (i * sizeof(int)));
        }

        return values;
    }

    public string String(int field)
    {
        (int start, int count) = Vector(field, sizeof(byte), StringBytesMax);
        return Utf8.GetString(bytes.ToArraySegment(start, count));
    }

    /// <summary>A vector of bytes as it lies in the file. Not copied.</summary>
    public ArraySegment<byte> Bytes(int field)
    {
        (int start, int count) = Vector(field, sizeof(byte), int.MaxValue);
        return count == 0 ? ArraySegment<byte>.Empty : bytes.ToArraySegment(start, count);
    }

    private (int Start, int Count) Vector(int field, int elementBytes, int countMax)
    {
        int at = Field(field, sizeof(uint));
        if (at == 0)
        {
            return (0, 0);
        }

        long head = (long)at + bytes.GetUint(at);
        Require(bytes, head, sizeof(uint), "vector");
        long count = bytes.GetUint((int)head);
        if (count > countMax)
        {
            throw Damaged(head, $"a vector of {count} elements; this reader allows {countMax}");
        }

        Require(bytes, head + sizeof(uint), count * elementBytes, "vector");
        return ((int)head + sizeof(uint), (int)count);
    }

    /// <summary>
    /// Position of a field, or 0 where it is absent (no field can be at 0: the root offset is there).
    /// </summary>
    private int Field(int field, int fieldBytes)
    {
        int slot = (2 + field) * sizeof(ushort);
        if (slot + sizeof(ushort) > vtableBytes)
        {
            return 0;
        }

        int offset = bytes.GetUshort(vtable + slot);
        if (offset == 0)
        {
            return 0;
        }

        return offset >= sizeof(int) && offset + fieldBytes <= tableBytes
            ? position + offset
            : throw Damaged(position, $"field {field} at byte {offset} of a table of {tableBytes} bytes");
    }

    private static void Require(ByteBuffer bytes, long at, long count, string what)
    {
        if (at < bytes.Position || at + count > bytes.Length)
        {
            throw Damaged(at, $"a {what} of {count} bytes there, outside of the file ({bytes.Length} bytes)");
        }
    }

    private static ModelException Damaged(long at, string found) => new(
        $"TensorFlow Lite file: damaged at byte {at}: {found}. Fetch the package again.");
}
