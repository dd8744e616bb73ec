namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// A graph of some of the rows, from which the next one starts. 8 bytes for every old and new row while that
/// is built.
/// </summary>
internal sealed class HnswCarried
{
    private readonly HnswGraph _graph;
    private readonly int[] _newOfOld;
    private readonly int[] _oldOfNew;
    private readonly byte[] _levels;
    private readonly int[][] _nodes;

    /// <param name="graph">The old graph.</param>
    /// <param name="newOfOld">[old rows] the new number of a row; -1 where it has gone.</param>
    /// <param name="newCount">Rows of the new graph.</param>
    internal HnswCarried(HnswGraph graph, int[] newOfOld, int newCount)
    {
        _graph = graph;
        _newOfOld = newOfOld;
        _oldOfNew = new int[newCount];
        Array.Fill(_oldOfNew, -1);
        for (int old = 0; old < newOfOld.Length; old++)
        {
            if (newOfOld[old] >= 0)
            {
                _oldOfNew[newOfOld[old]] = old;
            }
        }

        _levels = new byte[newOfOld.Length];
        _nodes = new int[graph.LayerCount + 1][];
        for (int layer = 1; layer <= graph.LayerCount; layer++)
        {
            _nodes[layer] = new int[graph.NodesOf(layer)];
            for (int place = 0; place < _nodes[layer].Length; place++)
            {
                int node = graph.NodeAt(layer, place);
                _nodes[layer][place] = node;
                _levels[node] = (byte)layer;
            }
        }
    }

    /// <summary>Rows of the old graph.</summary>
    internal int Count => _newOfOld.Length;

    /// <summary>The old number of a row; -1 where it is new.</summary>
    internal int OldOf(int row) => _oldOfNew[row];

    /// <summary>The new number of an old row; -1 where it has gone.</summary>
    internal int NewOf(int old) => _newOfOld[old];

    /// <summary>The highest layer of an old row.</summary>
    internal int LevelOf(int old) => _levels[old];

    /// <summary>The old links of an old row, as old rows; returns how many.</summary>
    internal int ReadLinks(int old, int layer, Span<int> rows)
    {
        if (layer == 0)
        {
            return _graph.ReadBase(old, rows);
        }

        int place = Array.BinarySearch(_nodes[layer], old);
        int count = place < 0 ? 0 : _graph.ReadUpper(layer, place, rows);
        for (int i = 0; i < count; i++)
        {
            rows[i] = _nodes[layer][rows[i]];
        }

        return count;
    }
}
