namespace EdgeSim.Index.Search;

/// <content>Starting from the graph of some of the rows.</content>
internal sealed partial class HnswBuilder
{
    /// <summary>
    /// Takes over the rows of an old graph that are still there. Where a neighbour has gone, its neighbours
    /// are candidates in its place, and the row chooses among them and those it has (Singh et al. 2021,
    /// "FreshDiskANN", delete consolidation). O(rows).
    /// </summary>
    private void Carry(HnswCarried carried, CancellationToken stop)
    {
        int entry = -1;
        for (int row = 0; row < Count; row++)
        {
            if (carried.OldOf(row) >= 0 && (entry < 0 || _levels[row] > _levels[entry]))
            {
                entry = row;
            }
        }

        _entry = entry;
        Run(Count, stop, (worker, row) =>
        {
            int old = carried.OldOf(row);
            for (int layer = 0; old >= 0 && layer <= _levels[row]; layer++)
            {
                Candidates(carried, old, layer, worker);
                Rank(row, worker);
                Choose(worker, ListOf(row, layer).Links.Places);
                WriteOwn(row, layer, worker);
            }
        });
    }

    /// <summary>
    /// Puts the living links of an old row into the worker, and for each dead one what it links to; through
    /// the dead of those too, as long as there is room.
    /// </summary>
    private static void Candidates(HnswCarried carried, int old, int layer, HnswWorker worker)
    {
        HnswScratch scratch = worker.Scratch;
        scratch.BeginWalk(carried.Count);
        Span<byte> seen = scratch.Seen;
        seen[old] = scratch.Epoch;
        worker.Count = 0;
        int dead = 0;
        int expanded = -1;
        for (int from = old; from >= 0; from = ++expanded < dead ? worker.Others[expanded] : -1)
        {
            int count = carried.ReadLinks(from, layer, worker.Places);
            foreach (int link in worker.Places.AsSpan(0, count))
            {
                if (seen[link] == scratch.Epoch)
                {
                    continue;
                }

                seen[link] = scratch.Epoch;
                int row = carried.NewOf(link);
                if (row >= 0 && worker.Count < CandidatesMax)
                {
                    worker.Rows[worker.Count++] = row;
                }
                else if (row < 0 && dead < CandidatesMax)
                {
                    worker.Others[dead++] = link;
                }
            }

            if (worker.Count >= CandidatesMax)
            {
                break;
            }
        }
    }

    /// <summary>Sorts the worker's rows by their nearness to a row and keeps the best.</summary>
    private void Rank(int row, HnswWorker worker)
    {
        int count = worker.Count;
        _rows.Keys(_kernels, row, worker.Rows.AsSpan(0, count), worker.Dots, worker.Keys);
        worker.Keys.AsSpan(0, count).Sort(worker.Rows.AsSpan(0, count));
        worker.Count = Math.Min(count, _options.Effort);
    }
}
