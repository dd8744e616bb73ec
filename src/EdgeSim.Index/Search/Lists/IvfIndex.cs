using EdgeSim.Index.Search.Codes;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// Searches the lists of one segment: those nearest to the query, nearest first, each a run of rows that lie
/// together in the file. A list none of whose rows can still enter the answer is passed over; when that holds
/// for all that are left, the answer is the exact one. Where a filter leaves too few rows in the lists
/// that were asked for, the search goes on until there are enough. With compressed codes, these say which
/// rows of the lists are compared.
/// </summary>
internal static class IvfIndex
{
    /// <summary>Lists ranked anew when more are needed, in parts of those before.</summary>
    private const int GrowthFactor = 4;

    /// <summary>
    /// Offers the rows of the nearest lists of a segment whose column has lists, or codes alone. The
    /// breadth of the effort is the number of lists. Allocates nothing once the scratch has grown.
    /// </summary>
    /// <exception cref="IndexCorruptException">A block that is needed is damaged.</exception>
    internal static void Search(in Probe probe)
    {
        bool isCoded = probe.Effort.Strategy != SearchStrategy.Ivf;
        if (probe.Column.Lists is not { } table)
        {
            CodedIndex.Scan(probe, default);
            probe.Counts.Incomplete++;
            return;
        }

        ListScratch scratch = probe.Scratch.Lists;
        ListRanking ranking = scratch.Ranking;
        int ranked = 0;
        int before = probe.Best.Count; // Of other segments.
        int wanted = Math.Min(probe.Effort.Breadth, table.Count);
        do
        {
            Rank(probe, table, ranking, wanted);
            ReadOnlySpan<int> fresh = ranking.Lists[ranked..];
            if (isCoded)
            {
                CodedIndex.Scan(probe, fresh);
            }
            else
            {
                Compare(probe, table, ranking, fresh, scratch.Vectors);
            }

            ranked = ranking.Count;
            wanted = (int)Math.Min((long)wanted * GrowthFactor, table.Count);
        }
        while (ranked < table.Count && !probe.Best.IsFull && probe.Best.Count < before + probe.EligibleMax);
        probe.Counts.Incomplete += !isCoded && IsComplete(probe, table, ranking) ? 0 : 1;
    }

    private static void Compare(
        in Probe probe, ListTable table, ListRanking ranking, ReadOnlySpan<int> lists, Span<int> vectors)
    {
        if (probe.Column.IsRead)
        {
            foreach (int list in lists)
            {
                probe.Column.Expect(table.Begin(list), table.CountOf(list));
            }
        }

        foreach (int list in lists)
        {
            if (ranking.CanReach(list, probe.Threshold))
            {
                probe.Counts.Lists++;
                Offer(probe, table.Begin(list), table.CountOf(list), vectors);
            }
        }
    }

    private static void Rank(in Probe probe, ListTable table, ListRanking ranking, int wanted)
    {
        ranking.Rank(
            table,
            probe.Kernels,
            probe.Metric,
            probe.Values,
            probe.Codes,
            probe.Query.Scale,
            wanted);
        probe.Counts.Bytes += (long)table.Count * table.Stride;
    }

    /// <summary>Offers rows that lie together: all, or where few are meant, those.</summary>
    private static void Offer(in Probe probe, int first, int count, Span<int> vectors)
    {
        if (probe.Source.Chosen is null)
        {
            probe.OfferRange(first, count);
            return;
        }

        int picked = 0;
        for (int vector = first; vector < first + count; vector++)
        {
            if (probe.Source.IsWanted(probe.Source.Owner(vector)))
            {
                vectors[picked++] = vector;
                if (picked == vectors.Length)
                {
                    probe.Offer(vectors);
                    picked = 0;
                }
            }
        }

        probe.Offer(vectors[..picked]);
    }

    /// <summary>Whether no list that was left out can have a row that belongs in the answer.</summary>
    private static bool IsComplete(in Probe probe, ListTable table, ListRanking ranking)
    {
        if (ranking.Count == table.Count)
        {
            return true;
        }

        float least = probe.Threshold;
        for (int list = 0; list < table.Count; list++)
        {
            if (!ranking.IsRanked(list) && ranking.CanReach(list, least))
            {
                return false;
            }
        }

        return true;
    }
}
