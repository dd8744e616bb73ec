namespace EdgeSim.Index.Payloads;

/// <summary>Collects texts or words with the rows they stand in, and writes them as sorted tables.</summary>
internal sealed class TermCollector
{
    private readonly Dictionary<byte[], int> _ids = new(BytesComparer.Instance);
    private readonly List<int> _lastRows = [];
    private readonly List<int> _counts = [];
    private readonly List<int> _entryIds = [];
    private readonly List<int> _entryRows = [];

    /// <summary>A term of a row; rows come in ascending order.</summary>
    public void Add(ReadOnlySpan<byte> term, int row)
    {
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> ids =
            _ids.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!ids.TryGetValue(term, out int id))
        {
            id = _ids.Count;
            ids[term] = id;
            _lastRows.Add(-1);
            _counts.Add(0);
        }

        if (_lastRows[id] != row)
        {
            _lastRows[id] = row;
            _counts[id]++;
            _entryIds.Add(id);
            _entryRows.Add(row);
        }
    }

    /// <summary>Writes terms, rows and the table; returns how many terms there are.</summary>
    public int Write(PayloadIndexWriter writer, out long table)
    {
        byte[][] terms = new byte[_ids.Count][];
        int[] order = new int[_ids.Count];
        foreach ((byte[] term, int id) in _ids)
        {
            terms[id] = term;
            order[id] = id;
        }

        // By counting: entries come in the order of rows, and stay in it within each term.
        int[] ends = new int[_ids.Count];
        int total = 0;
        for (int id = 0; id < ends.Length; id++)
        {
            ends[id] = total;
            total += _counts[id];
        }

        int[] rows = new int[total];
        for (int i = 0; i < total; i++)
        {
            rows[ends[_entryIds[i]]++] = _entryRows[i];
        }

        Array.Sort(terms, order, BytesComparer.Instance);
        var entries = new PayloadIndexTerm[terms.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            int id = order[i];
            entries[i].Bytes = terms[i].Length;
            entries[i].BytesOffset = writer.Write<byte>(terms[i]);
            entries[i].Rows = writer.Write(rows.AsSpan(ends[id] - _counts[id], _counts[id]));
        }

        table = writer.Write<PayloadIndexTerm>(entries);
        return entries.Length;
    }
}
