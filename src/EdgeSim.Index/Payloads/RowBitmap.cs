using System.Diagnostics;
using System.Numerics;

namespace EdgeSim.Index.Payloads;

/// <summary>A set of rows, one bit each. Not for several threads.</summary>
internal sealed class RowBitmap
{
    private const int WordBits = 64;
    private ulong[] _words = [];

    /// <summary>Rows 0 to here, exclusive, can be in it.</summary>
    public int RowCount { get; private set; }

    /// <summary>The bits, row 0 in the lowest of word 0. Bits of rows beyond the last are 0.</summary>
    public Span<ulong> Words => _words.AsSpan(0, WordCount(RowCount));

    /// <summary>Words for so many rows.</summary>
    public static int WordCount(int rowCount) => (int)(((uint)rowCount + WordBits - 1) / WordBits);

    /// <summary>Becomes the empty set over so many rows. Allocates only when it grows.</summary>
    public void Reset(int rowCount)
    {
        if (_words.Length < WordCount(rowCount))
        {
            _words = new ulong[WordCount(rowCount)];
        }

        RowCount = rowCount;
        Words.Clear();
    }

    /// <summary>Becomes the set of all rows.</summary>
    public void SetAll()
    {
        Words.Fill(ulong.MaxValue);
        ClearTail();
    }

    /// <summary>Becomes a copy.</summary>
    public void CopyFrom(RowBitmap other)
    {
        Reset(other.RowCount);
        other.Words.CopyTo(Words);
    }

    /// <summary>Whether a row is in it.</summary>
    public bool Contains(int row) => (_words[row / WordBits] & (1UL << (row % WordBits))) != 0;

    /// <summary>Puts a row in.</summary>
    public void Set(int row)
    {
        Debug.Assert((uint)row < (uint)RowCount);
        _words[row / WordBits] |= 1UL << (row % WordBits);
    }

    /// <summary>Takes a row out.</summary>
    public void Unset(int row) => _words[row / WordBits] &= ~(1UL << (row % WordBits));

    /// <summary>Puts in the rows from one to another, exclusive.</summary>
    public void SetRange(int first, int end)
    {
        while (first < end)
        {
            int bits = Math.Min(end - first, WordBits - (first % WordBits));
            ulong mask = bits == WordBits ? ulong.MaxValue : (1UL << bits) - 1;
            _words[first / WordBits] |= mask << (first % WordBits);
            first += bits;
        }
    }

    /// <summary>Keeps the rows that are in the other too.</summary>
    public void And(RowBitmap other)
    {
        ReadOnlySpan<ulong> others = other.Words;
        Span<ulong> words = Words;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] &= others[i];
        }
    }

    /// <summary>Adds the rows of the other.</summary>
    public void Or(RowBitmap other)
    {
        ReadOnlySpan<ulong> others = other.Words;
        Span<ulong> words = Words;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] |= others[i];
        }
    }

    /// <summary>Takes out the rows of the other.</summary>
    public void AndNot(RowBitmap other)
    {
        ReadOnlySpan<ulong> others = other.Words;
        Span<ulong> words = Words;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] &= ~others[i];
        }
    }

    /// <summary>Becomes the rows that were not in it.</summary>
    public void Invert()
    {
        foreach (ref ulong word in Words)
        {
            word = ~word;
        }

        ClearTail();
    }

    /// <summary>Rows in it. O(words).</summary>
    public int Count()
    {
        int count = 0;
        foreach (ulong word in Words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>
    /// The first row at or after this one that is in it, or -1. A loop over all:
    /// <c>for (int row = rows.Next(0); row >= 0; row = rows.Next(row + 1))</c>.
    /// </summary>
    public int Next(int row)
    {
        Span<ulong> words = Words;
        int at = row / WordBits;
        if (at >= words.Length)
        {
            return -1;
        }

        ulong word = words[at] & (ulong.MaxValue << (row % WordBits));
        while (word == 0)
        {
            if (++at == words.Length)
            {
                return -1;
            }

            word = words[at];
        }

        return (at * WordBits) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>Takes out what lies beyond the last row.</summary>
    public void ClearTail()
    {
        int used = RowCount % WordBits;
        if (used != 0)
        {
            _words[RowCount / WordBits] &= (1UL << used) - 1;
        }
    }
}
