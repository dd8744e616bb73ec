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
    /// Makes every row one to which the links lead from the entry: where all its neighbours found better
    /// ones (2 rows in 1,000, and of many rows that are one point most), a neighbour that is reached takes
    /// it up. Without that no search would ever find it. O(links), a byte a row.
    /// </summary>
    private void ReachAll()
    {
        bool[] reached = new bool[Count];
        var waiting = new Stack<int>();
        int[] links = new int[_base.Places];
        Reach(_entry, reached, waiting, links);
        for (bool isMore = true; isMore;)
        {
            isMore = false;
            for (int row = 0; row < Count; row++)
            {
                int parent = reached[row] ? -1 : ParentOf(row, reached, links);
                if (parent >= 0)
                {
                    TakeUp(parent, row);
                    Reach(row, reached, waiting, links);
                    isMore = true;
                }
            }
        }

        for (int row = 0; row < Count; row++)
        {
            if (!reached[row])
            {
                // An island: none of its rows leads out.
                TakeUp(_entry, row);
                Reach(row, reached, waiting, links);
            }
        }
    }

    /// <summary>Marks a row and all to which it leads.</summary>
    private void Reach(int first, bool[] reached, Stack<int> waiting, int[] links)
    {
        reached[first] = true;
        waiting.Push(first);
        while (waiting.TryPop(out int row))
        {
            foreach (int link in links.AsSpan(0, _base.Read(row, links)))
            {
                if (!reached[link])
                {
                    reached[link] = true;
                    waiting.Push(link);
                }
            }
        }
    }

    /// <summary>
    /// A neighbour that is reached: the nearest that has a free place, or any; -1: there is none.
    /// </summary>
    private int ParentOf(int row, bool[] reached, int[] links)
    {
        int count = _base.Read(row, links);
        int any = -1;
        for (int i = 0; i < count; i++)
        {
            int parent = links[(row + i) % count];
            any = reached[parent] ? parent : any;
        }

        for (int i = 0; i < count; i++)
        {
            if (reached[links[i]] && _base.Count(links[i]) < _base.Places)
            {
                return links[i];
            }
        }

        return any;
    }

    /// <summary>
    /// Links a row from another: in a free place, or between it and the farthest that it leads to, of those
    /// that are spare if some are. What was reached stays so, since the row leads there then.
    /// </summary>
    private void TakeUp(int parent, int row)
    {
        int place = _base.Count(parent);
        if (place < _base.Places)
        {
            _base.Set(parent, place, row, KeyOf(row, parent), isSpare: false);
            _base.SetCount(parent, place + 1, isSpareKnown: false);
            return;
        }

        place = Farthest(parent, row);
        int next = _base.Row(parent, place);
        _base.Set(parent, place, row, KeyOf(row, parent), _base.IsSpare(parent, place));
        int count = _base.Count(row);
        for (int i = 0; i < count; i++)
        {
            if (_base.Row(row, i) == next)
            {
                return;
            }
        }

        int at = count < _base.Places ? count : Farthest(row, row);
        _base.Set(row, at, next, KeyOf(row, next), isSpare: false);
        _base.SetCount(row, Math.Max(count, at + 1), isSpareKnown: false);
    }

    /// <summary>
    /// Place of the farthest link of a full list, of the spare ones if there are any; of several, which one
    /// depends on a number, so that rows that are one point form many short chains and not a long one.
    /// </summary>
    private int Farthest(int row, int number)
    {
        int worst = number % _base.Places;
        for (int i = 1; i < _base.Places; i++)
        {
            int place = (number + i) % _base.Places;
            bool isSpare = _base.IsSpare(row, place);
            if (isSpare == _base.IsSpare(row, worst)
                ? _base.Key(row, place) > _base.Key(row, worst)
                : isSpare)
            {
                worst = place;
            }
        }

        return worst;
    }

    private float KeyOf(int row, int other)
    {
        Span<int> dot = [0];
        Span<float> key = [0];
        _rows.Keys(_kernels, row, [other], dot, key);
        return key[0];
    }
}
