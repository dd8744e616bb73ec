using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>The vectors of one name in a segment that may be damaged.</summary>
internal sealed class SalvageColumn
{
    /// <summary>Says of a row that it has no vector.</summary>
    internal const int Absent = -1;

    /// <summary>Says of a row that nobody knows whether it has one.</summary>
    internal const int Unknown = -2;

    private const uint None = uint.MaxValue;

    private readonly SalvageSection _codes;
    private readonly SalvageSection _scales;
    private readonly SalvageSection? _owners;
    private readonly SalvageSection? _vectors;
    private readonly int _rows;
    private readonly int _dimension;
    private readonly int _stride;
    private int[]? _vectorOfRow;
    private bool _hasUnknownOwners;

    internal SalvageColumn(SalvageSegment segment, int column, VectorOptions options)
    {
        _codes = segment.Find(SectionId.Codes, column)!;
        _scales = segment.Find(SectionId.Scales, column)!;
        SquareSums = segment.Find(SectionId.SquareSums, column)!;
        CodeSums = segment.Find(SectionId.CodeSums, column)!;
        _owners = segment.Find(SectionId.Owners, column);
        _vectors = segment.Find(SectionId.Vectors, column);
        _rows = segment.RowCount;
        _dimension = options.Dimension;
        _stride = options.Stride;
        Name = options.Name;
        Count = (int)(_scales.Bytes / sizeof(float));
    }

    internal string Name { get; }

    /// <summary>Vectors.</summary>
    internal int Count { get; }

    internal SalvageSection CodeSection => _codes;

    internal SalvageSection ScaleSection => _scales;

    internal SalvageSection SquareSums { get; }

    internal SalvageSection CodeSums { get; }

    internal SalvageSection? OwnerSection => _owners;

    internal SalvageSection? VectorSection => _vectors;

    /// <summary>
    /// Position of a row's vector, <see cref="Absent"/> or <see cref="Unknown"/>. Either of the two maps says
    /// it. Where the one from rows cannot be read, the one to rows is turned round: 4 bytes a row.
    /// </summary>
    internal int VectorOf(int row)
    {
        if (_vectors is null || _owners is null)
        {
            return row < Count ? row : Absent;
        }

        if (!_vectors.IsGood<uint>(row, 1))
        {
            return Search(row);
        }

        uint vector = _vectors.Read<uint>(row, 1)[0];
        return vector == None ? Absent : vector < (uint)Count ? (int)vector : Unknown;
    }

    /// <summary>The row of a vector; <see cref="Unknown"/> when it cannot be read.</summary>
    internal int Owner(int vector)
    {
        if (_owners is null)
        {
            return vector;
        }

        uint row = _owners.IsGood<uint>(vector, 1) ? _owners.Read<uint>(vector, 1)[0] : None;
        return row < (uint)_rows ? (int)row : Unknown;
    }

    /// <summary>Codes and side numbers of a vector; false when they cannot be read or cannot be.</summary>
    internal bool TryVector(int vector, out ReadOnlySpan<sbyte> codes, out QuantizedRow side)
    {
        codes = default;
        side = default;
        if (!AreGood(vector))
        {
            return false;
        }

        codes = _codes.Read<sbyte>((long)vector * _stride, _stride);
        float scale = _scales.Read<float>(vector, 1)[0];
        side = LogBody.SideOf(codes, scale);
        return float.IsFinite(scale) && scale >= 0f && AreCodes(codes);
    }

    /// <summary>Whether the blocks with a vector's codes and scale are good.</summary>
    internal bool AreGood(int vector)
        => _scales.IsGood<float>(vector, 1) && _codes.IsGood<sbyte>((long)vector * _stride, _stride);

    private bool AreCodes(ReadOnlySpan<sbyte> codes)
        => !codes.Contains(sbyte.MinValue) && !codes[_dimension..].ContainsAnyExcept((sbyte)0);

    /// <summary>By the map from vectors to rows, turned round.</summary>
    private int Search(int row)
    {
        if (_vectorOfRow is null)
        {
            _vectorOfRow = new int[_rows];
            Array.Fill(_vectorOfRow, Absent);
            for (int i = 0; i < Count; i++)
            {
                int owner = Owner(i);
                if (owner == Unknown)
                {
                    _hasUnknownOwners = true;
                }
                else
                {
                    _vectorOfRow[owner] = i;
                }
            }
        }

        int vector = _vectorOfRow[row];
        return vector == Absent && _hasUnknownOwners ? Unknown : vector;
    }
}
