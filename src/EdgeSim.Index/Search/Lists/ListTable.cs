using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// The lists of a column where they lie in the file. Their tables are read and checked at once, 24 bytes a
/// list in memory; centroids and their codes stay where they are.
/// </summary>
internal sealed class ListTable
{
    /// <summary>
    /// Lists of a column at most: full ones go on in others, a third more than there are centroids.
    /// </summary>
    internal const int CountMax = 2 * IndexLimits.CentroidsMax;

    private readonly Section _section;
    private readonly long _codesOffset;
    private readonly long _centroidsOffset;
    private readonly int[] _ends;
    private readonly float[] _radii;
    private readonly float[] _scales;
    private readonly float[] _norms;
    private readonly float[] _errors;

    /// <param name="section">The section.</param>
    /// <param name="vectors">Vectors of the column.</param>
    /// <param name="stride">Bytes of a vector's codes.</param>
    /// <exception cref="IndexCorruptException">It holds no lists of such a column.</exception>
    internal ListTable(Section section, int vectors, int stride)
    {
        _section = section;
        if (section.Bytes < ListsHeader.SizeBytes)
        {
            throw section.Wrong(0, $"is a section of lists of {section.Bytes} bytes");
        }

        var header = MemoryMarshal.Read<ListsHeader>(section.Read<byte>(0, ListsHeader.SizeBytes));
        if (WhyNot(header, section.Bytes, vectors, stride) is { } reason)
        {
            throw section.Wrong(0, reason);
        }

        Count = (int)header.ListCount;
        Dimension = (int)header.Dimension;
        Stride = stride;
        LongestList = (int)header.LongestList;
        _codesOffset = ListsHeader.CodesOffset(Count);
        _centroidsOffset = ListsHeader.CentroidsOffset(Count, stride);
        _ends = Table<int>(0).ToArray();
        _radii = Numbers(1);
        _scales = Numbers(2);
        _norms = Numbers(3);
        _errors = Numbers(4);
        int wrong = FirstWrongEnd(_ends, vectors, LongestList);
        if (wrong >= 0)
        {
            throw section.Wrong(
                ListsHeader.TablesOffset + ((long)wrong * sizeof(int)),
                $"ends list {wrong} at {_ends[wrong]} of {vectors} vectors");
        }
    }

    /// <summary>Lists.</summary>
    internal int Count { get; }

    internal int Dimension { get; }

    /// <summary>Bytes of a centroid's codes.</summary>
    internal int Stride { get; }

    internal int LongestList { get; }

    /// <summary>[lists] where each list ends.</summary>
    internal ReadOnlySpan<int> Ends => _ends;

    /// <summary>[lists] centroid = code x scale, about.</summary>
    internal ReadOnlySpan<float> Scales => _scales;

    /// <summary>[lists] lengths of the centroids, rounded up.</summary>
    internal ReadOnlySpan<float> Norms => _norms;

    /// <summary>[lists] how far each centroid is from its codes, rounded up.</summary>
    internal ReadOnlySpan<float> Errors => _errors;

    /// <summary>[lists] how far the farthest vector is from its centroid, rounded up.</summary>
    internal ReadOnlySpan<float> Radii => _radii;

    /// <summary>The first vector of a list.</summary>
    internal int Begin(int list) => list == 0 ? 0 : _ends[list - 1];

    /// <summary>Vectors of a list, at least one.</summary>
    internal int CountOf(int list) => _ends[list] - Begin(list);

    /// <summary>The list of a vector. O(log lists).</summary>
    internal int ListOf(int vector)
    {
        int found = Array.BinarySearch(_ends, vector);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>[dimension] the centroid of a list.</summary>
    internal ReadOnlySpan<float> Centroid(int list)
        => _section.Read<float>((_centroidsOffset / sizeof(float)) + ((long)list * Dimension), Dimension);

    /// <summary>[count x stride] codes of centroids.</summary>
    internal ReadOnlySpan<sbyte> Codes(int first, int count)
        => _section.Read<sbyte>(_codesOffset + ((long)first * Stride), count * Stride);

    /// <summary>Why a header is of no lists of such a column; null when it may be.</summary>
    internal static string? WhyNot(in ListsHeader header, long bytes, int vectors, int stride)
    {
        if (header.Magic != ListsHeader.MagicValue || header.Version != ListsHeader.VersionNewest)
        {
            return $"begins with {header.Magic:x16} and version {header.Version}";
        }

        return header.ListCount is 0 or > CountMax
            || header.ListCount > (uint)vectors
            || header.VectorCount != (uint)vectors
            || header.Stride != (uint)stride
            || header.Dimension > header.Stride
            || header.Dimension + 15 < header.Stride
            || bytes != ListsHeader.Length(header.ListCount, stride, (int)header.Dimension)
                ? $"has {header.ListCount} lists of dimension {header.Dimension}, stride {header.Stride} for "
                    + $"{header.VectorCount} vectors in {bytes} bytes; the column has {vectors} of {stride}"
                : null;
    }

    /// <summary>
    /// The first list that does not end behind the one before, or is too long, or with which the last vector
    /// is not reached; -1: all are right.
    /// </summary>
    internal static int FirstWrongEnd(ReadOnlySpan<int> ends, int vectors, int longest)
    {
        int before = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            if (ends[i] <= before || ends[i] > vectors || ends[i] - before > longest)
            {
                return i;
            }

            before = ends[i];
        }

        return before == vectors ? -1 : ends.Length - 1;
    }

    private float[] Numbers(int table)
    {
        float[] numbers = Table<float>(table).ToArray();
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!(numbers[i] >= 0f && float.IsFinite(numbers[i])))
            {
                throw _section.Wrong(
                    ListsHeader.TablesOffset + (((long)table * Count) + i) * sizeof(float),
                    $"is {numbers[i]}, which nothing of a list can be");
            }
        }

        return numbers;
    }

    private ReadOnlySpan<T> Table<T>(int table)
        where T : unmanaged
        => _section.Read<T>((ListsHeader.TablesOffset / sizeof(float)) + ((long)table * Count), Count);
}
