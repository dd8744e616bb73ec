using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeSim.Index.Payloads;

/// <summary>Typed, bounded reads of a section of payload indexes. Trusts no number in it.</summary>
internal sealed class PayloadIndexReader(IPayloadIndexBytes bytes, int rowCount)
{
    private const int ChunkItems = 4096;

    /// <summary>Rows of the segment.</summary>
    public int RowCount => rowCount;

    /// <summary>Bytes of the section.</summary>
    public long Length => bytes.Length;

    /// <summary>Items of a table.</summary>
    public ReadOnlySpan<T> Read<T>(long table, long first, int count)
        where T : unmanaged
    {
        Require<T>(table, first + count);
        return MemoryMarshal.Cast<byte, T>(
            bytes.Read(table + (first * Unsafe.SizeOf<T>()), count * Unsafe.SizeOf<T>()));
    }

    /// <summary>One item of a table.</summary>
    public T Read<T>(long table, long index)
        where T : unmanaged
        => Read<T>(table, index, 1)[0];

    /// <summary>Bytes of the section.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count, int countMax)
    {
        if (count < 0 || count > countMax)
        {
            Throw(offset, $"states {count} bytes where at most {countMax} can be");
        }

        return Read<byte>(offset, 0, count);
    }

    /// <summary>That a table lies in the section.</summary>
    public void Require<T>(long table, long count)
        where T : unmanaged
    {
        // No product overflows: counts are below 2^32, items below 2^8 bytes.
        if (table < 0 || count < 0 || table > bytes.Length
            || count * Unsafe.SizeOf<T>() > bytes.Length - table)
        {
            Throw(Math.Clamp(table, 0, bytes.Length), $"states {count} items that go beyond its end");
        }
    }

    /// <summary>That a set has no more rows than there are, and lies in the section.</summary>
    public void Require(RowSet set)
    {
        if (set.Count < 0 || set.Count > rowCount || set.Encoding > RowSet.Complement)
        {
            Throw(
                Math.Clamp(set.Offset, 0, bytes.Length),
                $"states a set of {set.Count} rows of {rowCount} in encoding {set.Encoding}");
        }

        if (set.Encoding == RowSet.Bitmap)
        {
            Require<ulong>(set.Offset, RowBitmap.WordCount(rowCount));
        }
        else
        {
            Require<int>(set.Offset, Listed(set));
        }
    }

    /// <summary>Adds the rows of a set.</summary>
    public void Or(RowSet set, RowBitmap into)
    {
        Require(set);
        if (set.Encoding == RowSet.Bitmap)
        {
            OrBitmap(set, into);
            return;
        }

        int next = 0;
        int listed = Listed(set);
        for (int done = 0; done < listed; done += ChunkItems)
        {
            ReadOnlySpan<int> rows = Read<int>(set.Offset, done, Math.Min(ChunkItems, listed - done));
            foreach (int row in rows)
            {
                if (row < next || row >= rowCount)
                {
                    Throw(set.Offset, $"lists row {row} after row {next - 1} of {rowCount}");
                }

                if (set.Encoding == RowSet.List)
                {
                    into.Set(row);
                }
                else
                {
                    into.SetRange(next, row);
                }

                next = row + 1;
            }
        }

        if (set.Encoding == RowSet.Complement)
        {
            into.SetRange(next, rowCount);
        }
    }

    /// <summary>Adds the rows of a table, in any order, from one entry to another, exclusive.</summary>
    public void OrRows(long table, int first, int end, RowBitmap into)
    {
        while (first < end)
        {
            int count = Math.Min(ChunkItems, end - first);
            foreach (int row in Read<int>(table, first, count))
            {
                into.Set(Row(table, row));
            }

            first += count;
        }
    }

    /// <summary>A row that exists.</summary>
    public int Row(long table, int row)
    {
        if ((uint)row >= (uint)rowCount)
        {
            Throw(table, $"names row {row} of {rowCount}");
        }

        return row;
    }

    [DoesNotReturn]
    public void Throw(long offset, string reason)
        => throw bytes.Corrupt(offset, $"the payload index {reason}");

    private int Listed(RowSet set) => set.Encoding == RowSet.List ? set.Count : rowCount - set.Count;

    private void OrBitmap(RowSet set, RowBitmap into)
    {
        Span<ulong> words = into.Words;
        for (int done = 0; done < words.Length; done += ChunkItems)
        {
            ReadOnlySpan<ulong> stored = Read<ulong>(
                set.Offset, done, Math.Min(ChunkItems, words.Length - done));
            for (int i = 0; i < stored.Length; i++)
            {
                words[done + i] |= stored[i];
            }
        }

        into.ClearTail();
    }
}
