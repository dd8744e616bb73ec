using System.Numerics;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Rows of a segment that have been deleted or replaced: a bitmap in pages of 4,096 rows, of which only those
/// with a dead row exist. Immutable: a batch that kills rows copies the pages it touches, and older snapshots
/// keep theirs.
/// </summary>
internal sealed class Tombstones
{
    internal const int PageRows = 4096;
    internal const int PageWords = PageRows / 64;

    private readonly ulong[]?[] _pages;

    internal Tombstones(ulong[]?[] pages)
    {
        _pages = pages;
        foreach (ulong[]? page in pages)
        {
            foreach (ulong word in page ?? [])
            {
                Count += BitOperations.PopCount(word);
            }
        }
    }

    private Tombstones(ulong[]?[] pages, int count)
    {
        _pages = pages;
        Count = count;
    }

    /// <summary>No row is dead. Takes the place of a bitmap for segments of any size.</summary>
    internal static Tombstones None { get; } = new([], 0);

    /// <summary>Dead rows.</summary>
    internal int Count { get; }

    /// <summary>Pages up to the last one with a dead row.</summary>
    internal int PageCount => _pages.Length;

    internal bool IsDead(int ordinal)
        => (uint)(ordinal / PageRows) < (uint)_pages.Length
            && _pages[ordinal / PageRows] is { } page
            && (page[ordinal % PageRows / 64] & (1UL << (ordinal & 63))) != 0;

    /// <summary>One page, or null when no row of it is dead.</summary>
    internal ReadOnlySpan<ulong> Page(int page) => _pages[page];

    /// <summary>
    /// The rows that are dead in one of two bitmaps; one of the two itself where that is all.
    /// </summary>
    internal static Tombstones Union(Tombstones left, Tombstones right)
    {
        if (ReferenceEquals(left, right) || right.Count == 0)
        {
            return left;
        }

        var pages = new ulong[]?[Math.Max(left.PageCount, right.PageCount)];
        for (int i = 0; i < pages.Length; i++)
        {
            ulong[]? one = i < left.PageCount ? left._pages[i] : null;
            ulong[]? other = i < right.PageCount ? right._pages[i] : null;
            pages[i] = one is null || other is null
                ? one ?? other
                : [.. one.Zip(other, (a, b) => a | b)];
        }

        return new Tombstones(pages);
    }

    /// <summary>Whether every row that is dead here is dead there.</summary>
    internal bool IsWithin(Tombstones other)
    {
        for (int page = 0; page < _pages.Length; page++)
        {
            ReadOnlySpan<ulong> words = _pages[page];
            ReadOnlySpan<ulong> others = page < other._pages.Length ? other._pages[page] : default;
            for (int i = 0; i < words.Length; i++)
            {
                if ((words[i] & ~(others.IsEmpty ? 0 : others[i])) != 0)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// A bitmap that is being changed by the writer alone. Until <see cref="Finish"/> it shares the pages
    /// that it has not touched.
    /// </summary>
    internal sealed class Builder(Tombstones from)
    {
        private ulong[]?[] _pages = (ulong[]?[])from._pages.Clone();
        private int _count = from.Count;

        internal bool IsDead(int ordinal)
            => ordinal / PageRows < _pages.Length
                && _pages[ordinal / PageRows] is { } page
                && (page[ordinal % PageRows / 64] & (1UL << (ordinal & 63))) != 0;

        /// <summary>Says that a row, which was alive, is dead, or the reverse.</summary>
        internal void Set(int ordinal, bool isDead)
        {
            int index = ordinal / PageRows;
            if (index >= _pages.Length)
            {
                Array.Resize(ref _pages, index + 1);
            }

            ulong[]? page = _pages[index];
            if (page is null)
            {
                page = _pages[index] = new ulong[PageWords];
            }
            else if (index < from._pages.Length && ReferenceEquals(page, from._pages[index]))
            {
                page = _pages[index] = (ulong[])page.Clone();
            }

            page[ordinal % PageRows / 64] ^= 1UL << (ordinal & 63);
            _count += isDead ? 1 : -1;
        }

        /// <summary>What it is by now, to be read until the next <see cref="Set"/>.</summary>
        internal Tombstones Peek() => new(_pages, _count);

        /// <summary>What it has become. Nothing is set any more.</summary>
        internal Tombstones Finish() => new(_pages, _count);
    }
}
