namespace EdgeSim.Index.Search.Graph;

/// <content>Which rows become neighbours.</content>
internal sealed partial class HnswBuilder
{
    /// <summary>
    /// Rows to choose from, besides the effort: a full list and what takes the place of dead rows.
    /// </summary>
    private const int CandidatesMax = 512;

    /// <summary>
    /// Chooses neighbours among the worker's rows, nearest first, and leaves them there: a row is chosen
    /// unless one that was chosen before is nearer to it than the row that is being linked (it then leads
    /// there); what is left over of the room goes to the nearest of those passed over, marked spare. Each row
    /// that is chosen is compared with those that are still in the running, all in one step.
    /// </summary>
    /// <remarks>
    /// Of rows that are the same point as the one being linked, one is chosen, and the others are spare:
    /// otherwise they take all places, and nothing leads out of them. They themselves pass nothing else over,
    /// being no nearer to it.
    /// </remarks>
    private void Choose(HnswWorker worker, int wanted)
    {
        int count = worker.Count;
        Span<bool> spare = worker.Spare.AsSpan(0, count);
        spare.Clear();
        int chosen = 0;
        for (int i = 0; i < count && chosen < wanted; i++)
        {
            if (spare[i])
            {
                continue;
            }

            chosen++;
            if (chosen < wanted)
            {
                PassOver(worker, i);
            }
        }

        Compact(worker, wanted, chosen);
    }

    /// <summary>Marks the rows behind one that are nearer to it than to the row being linked.</summary>
    private void PassOver(HnswWorker worker, int i)
    {
        int others = 0;
        for (int j = i + 1; j < worker.Count; j++)
        {
            if (!worker.Spare[j])
            {
                worker.Places[others] = j;
                worker.Others[others++] = worker.Rows[j];
            }
        }

        if (others > 0)
        {
            _rows.Keys(
                _kernels, worker.Rows[i], worker.Others.AsSpan(0, others), worker.Dots, worker.OtherKeys);
            for (int j = 0; j < others; j++)
            {
                int place = worker.Places[j];
                worker.Spare[place] = LeadsTo(
                    worker.Rows[i], worker.Rows[place], worker.OtherKeys[j], worker.Keys[place]);
            }
        }
    }

    /// <summary>Whether a chosen neighbour makes a link to another row spare.</summary>
    /// <param name="chosen">The neighbour.</param>
    /// <param name="row">The other row.</param>
    /// <param name="between">The key between these two.</param>
    /// <param name="key">The key between the other row and the one that is being linked.</param>
    private bool LeadsTo(int chosen, int row, float between, float key)
        => between < key || (between == key && _rows.AreIdentical(chosen, row));

    /// <summary>Moves the chosen rows, and the nearest spare ones, to the front; the order stays.</summary>
    private static void Compact(HnswWorker worker, int wanted, int chosen)
    {
        int spareRoom = wanted - chosen;
        int to = 0;
        for (int i = 0; i < worker.Count && to < wanted; i++)
        {
            bool isSpare = worker.Spare[i];
            if (isSpare ? spareRoom-- > 0 : chosen-- > 0)
            {
                worker.Rows[to] = worker.Rows[i];
                worker.Keys[to] = worker.Keys[i];
                worker.Spare[to++] = isSpare;
            }
        }

        worker.Count = to;
    }

    private (HnswLinks Links, int List) ListOf(int row, int layer)
        => layer == 0 ? (_base, row) : (_upper, _upperStarts[row] + layer - 1);

    /// <summary>
    /// Writes the worker's rows as the links of a row that nobody can see in this layer yet.
    /// </summary>
    private void WriteOwn(int row, int layer, HnswWorker worker)
    {
        (HnswLinks links, int list) = ListOf(row, layer);
        for (int i = 0; i < worker.Count; i++)
        {
            links.Set(list, i, worker.Rows[i], worker.Keys[i], worker.Spare[i]);
        }

        links.SetCount(list, worker.Count, isSpareKnown: true);
    }

    /// <summary>Makes a row a neighbour of its neighbours.</summary>
    private void LinkBack(int row, int layer, HnswWorker worker)
    {
        // Copied first: once the row is linked from one side, other threads put themselves into its list.
        (HnswLinks own, int list) = ListOf(row, layer);
        own.Lock(list);
        int count = own.Count(list);
        for (int i = 0; i < count; i++)
        {
            worker.Targets[i] = own.Row(list, i);
            worker.TargetKeys[i] = own.Key(list, i);
        }

        own.Unlock(list);
        for (int i = 0; i < count; i++)
        {
            (HnswLinks links, int at) = ListOf(worker.Targets[i], layer);
            links.Lock(at);
            Add(links, at, row, worker.TargetKeys[i], worker);
            links.Unlock(at);
        }
    }

    /// <summary>Adds a link; in a full list the least useful one has to go. Under the lock.</summary>
    private void Add(HnswLinks links, int list, int row, float key, HnswWorker worker)
    {
        int count = links.Count(list);
        for (int i = 0; i < count; i++)
        {
            if (links.Row(list, i) == row)
            {
                return;
            }
        }

        if (count < links.Places)
        {
            links.Set(list, count, row, key, isSpare: false);
            links.SetCount(list, count + 1, isSpareKnown: false);
        }
        else if (links.IsSpareKnown(list))
        {
            Replace(links, list, row, key, worker);
        }
        else
        {
            ChooseAgain(links, list, row, key, worker);
        }
    }

    /// <summary>
    /// In a full list that knows its spare links: compares the new row with the old ones alone. The farthest
    /// spare link goes, or the farthest of all where none is.
    /// </summary>
    private void Replace(HnswLinks links, int list, int row, float key, HnswWorker worker)
    {
        int count = links.Places;
        for (int i = 0; i < count; i++)
        {
            worker.Others[i] = links.Row(list, i);
        }

        _rows.Keys(_kernels, row, worker.Others.AsSpan(0, count), worker.Dots, worker.OtherKeys);
        bool isSpare = false;
        for (int i = 0; i < count; i++)
        {
            isSpare |= !links.IsSpare(list, i) && links.Key(list, i) <= key
                && LeadsTo(worker.Others[i], row, worker.OtherKeys[i], key);
        }

        int worst = -1;
        float worstKey = key;
        bool isWorstSpare = isSpare;
        for (int i = 0; i < count; i++)
        {
            float old = links.Key(list, i);
            bool isOldSpare = links.IsSpare(list, i);
            if (!isSpare && !isOldSpare && old > key && worker.OtherKeys[i] < old)
            {
                isOldSpare = true;
                links.SetSpare(list, i);
            }

            if (isOldSpare == isWorstSpare ? old > worstKey : isOldSpare)
            {
                worst = i;
                worstKey = old;
                isWorstSpare = isOldSpare;
            }
        }

        if (worst >= 0)
        {
            links.Set(list, worst, row, key, isSpare);
        }
    }

    /// <summary>The same for a list that does not: chooses among all.</summary>
    private void ChooseAgain(HnswLinks links, int list, int row, float key, HnswWorker worker)
    {
        worker.Count = 0;
        for (int i = 0; i < links.Places; i++)
        {
            InsertSorted(worker, links.Row(list, i), links.Key(list, i));
        }

        InsertSorted(worker, row, key);
        Choose(worker, links.Places);
        for (int i = 0; i < worker.Count; i++)
        {
            links.Set(list, i, worker.Rows[i], worker.Keys[i], worker.Spare[i]);
        }

        links.SetCount(list, worker.Count, isSpareKnown: true);
    }

    private static void InsertSorted(HnswWorker worker, int row, float key)
    {
        int at = worker.Count++;
        for (; at > 0 && worker.Keys[at - 1] > key; at--)
        {
            worker.Rows[at] = worker.Rows[at - 1];
            worker.Keys[at] = worker.Keys[at - 1];
        }

        worker.Rows[at] = row;
        worker.Keys[at] = key;
    }

    /// <summary>
    /// Adds the neighbours of a row that is the same point as another: all that was found may be of that
    /// point, and the links that lead elsewhere are needed by each.
    /// </summary>
    private void AddLinksOf(int same, int row, int layer, HnswWorker worker)
    {
        int count = ReadLinks(same, layer, worker.Others);
        _rows.Keys(_kernels, row, worker.Others.AsSpan(0, count), worker.Dots, worker.OtherKeys);
        for (int i = 0; i < count; i++)
        {
            if (worker.Others[i] != row && !worker.Rows.AsSpan(0, worker.Count).Contains(worker.Others[i]))
            {
                InsertSorted(worker, worker.Others[i], worker.OtherKeys[i]);
            }
        }
    }
}
