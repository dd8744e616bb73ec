using System.Runtime.InteropServices;

namespace EdgeSim.Index.Payloads;

/// <summary>Writes tables one behind the other, each at a multiple of 8, and says where they went.</summary>
internal sealed class PayloadIndexWriter(Stream output, int rowCount)
{
    private readonly RowBitmap _scratch = new();

    /// <summary>Bytes written.</summary>
    public long Position { get; private set; }

    /// <summary>Writes a table; returns where it starts.</summary>
    public long Write<T>(ReadOnlySpan<T> items)
        where T : unmanaged
    {
        const int Alignment = 8;
        long start = Position;
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(items);
        output.Write(bytes);
        int gap = -bytes.Length & (Alignment - 1);
        output.Write("\0\0\0\0\0\0\0\0"u8[..gap]);
        Position += bytes.Length + gap;
        return start;
    }

    /// <summary>Writes rows in ascending order, in the shortest encoding.</summary>
    public RowSet Write(ReadOnlySpan<int> rows)
    {
        if (rows.Length * sizeof(int) <= RowBitmap.WordCount(rowCount) * sizeof(ulong))
        {
            return new RowSet(RowSet.List, rows.Length, rows.IsEmpty ? 0 : Write<int>(rows));
        }

        _scratch.Reset(rowCount);
        foreach (int row in rows)
        {
            _scratch.Set(row);
        }

        return Write(_scratch);
    }

    /// <summary>Writes rows in the shortest encoding.</summary>
    public RowSet Write(RowBitmap rows)
    {
        int count = rows.Count();
        int bitmapBytes = rows.Words.Length * sizeof(ulong);
        bool isComplement = count > rowCount / 2;
        int listed = isComplement ? rowCount - count : count;
        if (listed * (long)sizeof(int) > bitmapBytes)
        {
            return new RowSet(RowSet.Bitmap, count, Write<ulong>(rows.Words));
        }

        int[] list = new int[listed];
        int at = 0;
        for (int row = 0; row < rowCount && at < listed; row++)
        {
            if (rows.Contains(row) != isComplement)
            {
                list[at++] = row;
            }
        }

        uint encoding = isComplement ? RowSet.Complement : RowSet.List;
        return new RowSet(encoding, count, listed == 0 ? 0 : Write<int>(list));
    }
}
