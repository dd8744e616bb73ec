namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// The memory of one walk through a graph at a time, reused: a byte a row to know the rows that were seen,
/// the pool, and the rows of one step.
/// </summary>
internal sealed class HnswScratch
{
    private byte[] _seen = [];
    private byte _epoch;

    internal HnswPool Pool { get; } = new();

    /// <summary>Rows of a step: the unseen neighbours of one row.</summary>
    internal int[] Rows { get; private set; } = [];

    /// <summary>Their dot products.</summary>
    internal int[] Dots { get; private set; } = [];

    /// <summary>Their keys: the offset less the factor times the dot product.</summary>
    internal float[] Keys { get; private set; } = [];

    /// <summary>What their dot products count.</summary>
    internal float[] Factors { get; private set; } = [];

    /// <summary>What their keys are without.</summary>
    internal float[] Offsets { get; private set; } = [];

    /// <summary>Bytes held.</summary>
    internal long Bytes => _seen.LongLength + Pool.Bytes + ((long)Rows.Length * 5 * sizeof(int));

    /// <summary>Stamp of the rows that this walk has seen.</summary>
    internal byte Epoch => _epoch;

    /// <summary>A byte a row; <see cref="Epoch"/> where this walk has seen it.</summary>
    internal Span<byte> Seen => _seen;

    /// <summary>Forgets what was seen, without touching it 254 times of 255.</summary>
    internal void BeginWalk(int rows)
    {
        if (_seen.Length < rows)
        {
            _seen = new byte[rows];
            _epoch = 0;
        }

        if (_epoch == byte.MaxValue)
        {
            Array.Clear(_seen);
            _epoch = 0;
        }

        _epoch++;
    }

    /// <summary>Makes room for the rows of a step.</summary>
    internal void Reserve(int rows)
    {
        if (Rows.Length < rows)
        {
            Rows = new int[rows];
            Dots = new int[rows];
            Keys = new float[rows];
            Factors = new float[rows];
            Offsets = new float[rows];
        }
    }
}
