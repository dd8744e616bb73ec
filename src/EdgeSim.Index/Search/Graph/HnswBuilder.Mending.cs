namespace EdgeSim.Index.Search.Graph;

/// <content>Starting from the graph of some of the rows; rows that nobody links to.</content>
internal sealed partial class HnswBuilder
{
    /// <summary>Dead rows through which a row looks for others: four whole lists of them.</summary>
    private const int DeadMax = 128;

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
                else if (row < 0 && dead < DeadMax)
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

    /// <summary>
    /// Gives each row to which no list leads any more (all its neighbours found better ones: 2 rows in 1,000)
    /// a place in a neighbour's list, in which a link goes that its row can spare. Without it no search would
    /// ever find them. O(links), a byte a row.
    /// </summary>
    private void Adopt()
    {
        byte[] leading = new byte[Count];
        Span<int> links = stackalloc int[_base.Places];
        for (int row = 0; row < Count; row++)
        {
            foreach (int link in links[.._base.Read(row, links)])
            {
                leading[link] += (byte)(leading[link] < byte.MaxValue ? 1 : 0);
            }
        }

        for (int row = 0; row < Count; row++)
        {
            int count = leading[row] == 0 && row != _entry ? _base.Count(row) : 0;
            for (int i = 0; i < count && leading[row] == 0; i++)
            {
                TryAdopt(_base.Row(row, i), row, _base.Key(row, i), leading);
            }
        }
    }

    /// <summary>
    /// Puts a row into a neighbour's list: in a free place, or in that of the farthest that can spare it.
    /// </summary>
    private void TryAdopt(int parent, int row, float key, byte[] leading)
    {
        int at = _base.Count(parent);
        if (at < _base.Places)
        {
            _base.Set(parent, at, row, key, isSpare: false);
            _base.SetCount(parent, at + 1, isSpareKnown: false);
            leading[row]++;
            return;
        }

        int worst = -1;
        for (int i = 0; i < at; i++)
        {
            if (leading[_base.Row(parent, i)] > 1
                && (worst < 0 || _base.Key(parent, i) > _base.Key(parent, worst)))
            {
                worst = i;
            }
        }

        if (worst >= 0)
        {
            leading[_base.Row(parent, worst)]--;
            _base.Set(parent, worst, row, key, isSpare: false);
            leading[row]++;
        }
    }
}
