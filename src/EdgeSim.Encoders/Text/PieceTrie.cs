namespace EdgeSim.Encoders.Text;

/// <summary>
/// A read-only prefix tree over the pieces of a vocabulary. The children of a node lie together and in order,
/// so that a step is a binary search over UTF-16 units: 10 bytes a node, about 30,000 nodes for 8,000 pieces.
/// </summary>
internal sealed class PieceTrie
{
    /// <summary>Where every walk begins.</summary>
    public const int Root = 0;

    private const int NoPiece = -1;

    private readonly char[] labels;
    private readonly int[] firstChildren;
    private readonly int[] pieces;

    /// <summary>Builds the tree. O(pieces × length × log pieces).</summary>
    /// <param name="pieces">
    /// Pieces by id; null is not matchable. Where a piece is there twice, the last id wins.
    /// </param>
    public PieceTrie(IReadOnlyList<string?> pieces)
    {
        var ids = new List<int>(pieces.Count);
        for (int id = 0; id < pieces.Count; id++)
        {
            if (pieces[id] is not null)
            {
                ids.Add(id);
            }
        }

        ids.Sort((x, y) =>
        {
            int order = string.CompareOrdinal(pieces[x], pieces[y]);
            return order != 0 ? order : x.CompareTo(y);
        });

        // Breadth first: a node's children are added together, right after those of the node before it.
        var nodes = new List<Node> { new('\0', 0, ids.Count, 0) };
        var firsts = new List<int>();
        var found = new List<int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            Node node = nodes[i];
            int next = node.Start;
            int piece = NoPiece;
            while (next < node.End && pieces[ids[next]]!.Length == node.Depth)
            {
                piece = ids[next++];
            }

            found.Add(piece);
            firsts.Add(nodes.Count);
            while (next < node.End)
            {
                int start = next;
                char label = pieces[ids[start]]![node.Depth];
                while (next < node.End && pieces[ids[next]]![node.Depth] == label)
                {
                    next++;
                }

                nodes.Add(new Node(label, start, next, node.Depth + 1));
            }
        }

        firsts.Add(nodes.Count);
        labels = [.. nodes.Select(node => node.Label)];
        firstChildren = [.. firsts];
        this.pieces = [.. found];
    }

    /// <summary>Follows one UTF-16 unit.</summary>
    /// <returns>False where no piece continues so.</returns>
    public bool TryStep(ref int node, char unit)
    {
        int low = firstChildren[node];
        int high = firstChildren[node + 1] - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            char label = labels[middle];
            if (label == unit)
            {
                node = middle;
                return true;
            }

            if (label < unit)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return false;
    }

    /// <summary>Id of the piece that ends at a node, if one does.</summary>
    public bool TryPiece(int node, out int id)
    {
        id = pieces[node];
        return id != NoPiece;
    }

    private readonly record struct Node(char Label, int Start, int End, int Depth);
}
