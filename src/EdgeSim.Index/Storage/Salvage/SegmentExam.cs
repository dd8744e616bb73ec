using System.Runtime.InteropServices;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search.Lists;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// Whether the good blocks of a segment say what a writer writes: the sections fit each other, and every
/// number is one that can be. What is in a damaged block is passed over: that block is reported already.
/// Memory: a bit a row.
/// </summary>
internal sealed class SegmentExam
{
    private readonly SalvageSegment _segment;
    private readonly ProblemList _problems;

    private SegmentExam(SalvageSegment segment, ProblemList problems)
    {
        _segment = segment;
        _problems = problems;
    }

    /// <summary>
    /// Checks a segment and notes what is wrong, the first of each kind and how many there are.
    /// </summary>
    /// <param name="segment">The segment, whose blocks have been compared with their checksums.</param>
    /// <param name="anyPayload">Whether payloads are any bytes, as in collections of format 1.</param>
    /// <param name="problems">Where to note it.</param>
    /// <returns>Whether the key order can be believed.</returns>
    internal static bool Check(SalvageSegment segment, bool anyPayload, ProblemList problems)
    {
        var exam = new SegmentExam(segment, problems);
        long before = problems.ErrorCount;
        exam.CheckKeys();
        bool isOrderSound = problems.ErrorCount == before && segment.Find(SectionId.KeyOrder)!.IsWhole;
        exam.CheckFilter();
        exam.CheckPayloads(anyPayload);
        for (int i = 0; i < segment.Columns.Count; i++)
        {
            exam.CheckMaps(segment.Columns[i]);
            exam.CheckVectors(segment.Columns[i]);
            exam.CheckLists(i);
        }

        return isOrderSound;
    }

    private void CheckKeys()
    {
        SalvageSection order = _segment.Find(SectionId.KeyOrder)!;
        var seen = new ulong[(_segment.RowCount + 63) / 64];
        var wrong = new Offences(this, order, sizeof(uint));
        Key? before = null;
        for (int n = 0; n < _segment.RowCount; n++)
        {
            if (!order.IsGood<uint>(n, 1))
            {
                before = null;
                continue;
            }

            uint row = order.Read<uint>(n, 1)[0];
            if (row >= (uint)_segment.RowCount)
            {
                wrong.Add(n, $"names row {row} of {_segment.RowCount}");
                continue;
            }

            if ((seen[row / 64] & (1UL << (int)(row & 63))) != 0)
            {
                wrong.Add(n, $"names row {row} a second time");
            }

            seen[row / 64] |= 1UL << (int)(row & 63);
            Key? key = _segment.TryKey((int)row, out Key found) ? found : null;
            if (key <= before)
            {
                wrong.Add(n, $"has key {key} behind key {before}");
            }

            before = key;
        }

        wrong.Report();
    }

    private void CheckFilter()
    {
        if (_segment.Find(SectionId.KeyFilter) is not { IsWhole: true } filter)
        {
            return;
        }

        int words = (int)(filter.Bytes / sizeof(ulong));
        var wrong = new Offences(this, filter, sizeof(ulong));
        for (int row = 0; row < _segment.RowCount; row++)
        {
            if (_segment.TryKey(row, out Key key))
            {
                int block = KeyFilter.BlockOf(key, words) * KeyFilter.BlockWords;
                if (!KeyFilter.MayContain(filter.Read<ulong>(block, KeyFilter.BlockWords), key))
                {
                    wrong.Add(block, $"does not know key {key}");
                }
            }
        }

        wrong.Report();
    }

    private void CheckPayloads(bool anyPayload)
    {
        SalvageSection offsets = _segment.Find(SectionId.PayloadOffsets)!;
        SalvageSection payloads = _segment.Find(SectionId.Payloads)!;
        var wrong = new Offences(this, offsets, sizeof(ulong));
        var broken = new Offences(this, payloads, 1);
        for (int row = 0; row < _segment.RowCount; row++)
        {
            if (!offsets.IsGood<ulong>(row, 2))
            {
                continue;
            }

            ReadOnlySpan<ulong> ends = offsets.Read<ulong>(row, 2);
            bool isFirst = row > 0 || ends[0] == 0;
            bool isLast = row < _segment.RowCount - 1 || ends[1] == (ulong)payloads.Bytes;
            if (!isFirst || !isLast || ends[1] < ends[0] || ends[1] > (ulong)payloads.Bytes
                || ends[1] - ends[0] > IndexLimits.PayloadBytesMax)
            {
                wrong.Add(row, $"puts a payload at {ends[0]} to {ends[1]} of {payloads.Bytes}");
            }
            else if (!anyPayload && _segment.TryPayload(row, out ReadOnlySpan<byte> payload)
                && SalvageSegment.WhyNot(payload) is { } reason)
            {
                broken.Add((long)ends[0], $"is no payload of row {row}: {reason}");
            }
        }

        wrong.Report();
        broken.Report();
    }

    private void CheckMaps(SalvageColumn column)
    {
        if (column.OwnerSection is not { } owners || column.VectorSection is not { } vectors)
        {
            return;
        }

        var wrong = new Offences(this, vectors, sizeof(uint));
        for (int row = 0; row < _segment.RowCount; row++)
        {
            if (vectors.IsGood<uint>(row, 1))
            {
                int vector = column.VectorOf(row);
                if (vector == SalvageColumn.Unknown)
                {
                    wrong.Add(row, $"names a vector beyond the {column.Count} there are");
                }
                else if (vector >= 0 && owners.IsGood<uint>(vector, 1) && column.Owner(vector) != row)
                {
                    wrong.Add(row, $"names vector {vector}, which is of row {column.Owner(vector)}");
                }
            }
        }

        wrong.Report();
        wrong = new Offences(this, owners, sizeof(uint));
        for (int vector = 0; vector < column.Count; vector++)
        {
            if (owners.IsGood<uint>(vector, 1))
            {
                int row = column.Owner(vector);
                if (row == SalvageColumn.Unknown)
                {
                    wrong.Add(vector, $"names a row beyond the {_segment.RowCount} there are");
                }
                else if (vectors.IsGood<uint>(row, 1) && column.VectorOf(row) != vector)
                {
                    wrong.Add(vector, $"names row {row}, which does not have it");
                }
            }
        }

        wrong.Report();
    }

    private void CheckLists(int column)
    {
        if (_segment.Find(SectionId.Lists, column) is not { IsWhole: true } section)
        {
            return;
        }

        var wrong = new Offences(this, section, 1);
        int vectors = _segment.Columns[column].Count;
        int stride = (int)(_segment.Columns[column].CodeSection.Bytes / Math.Max(1, vectors));
        if (section.Bytes < ListsHeader.SizeBytes)
        {
            wrong.Add(0, $"ends after {section.Bytes} bytes");
        }
        else
        {
            var header = MemoryMarshal.Read<ListsHeader>(section.Read<byte>(0, ListsHeader.SizeBytes));
            if (ListTable.WhyNot(header, section.Bytes, vectors, stride) is { } reason)
            {
                wrong.Add(0, reason);
            }
            else
            {
                CheckTables(section, header, vectors, wrong);
            }
        }

        wrong.Report();
    }

    private static void CheckTables(
        SalvageSection section, in ListsHeader header, int vectors, Offences wrong)
    {
        int lists = (int)header.ListCount;
        int end = ListTable.FirstWrongEnd(
            section.Read<int>(ListsHeader.TablesOffset / sizeof(int), lists),
            vectors,
            (int)header.LongestList);
        if (end >= 0)
        {
            wrong.Add(ListsHeader.TablesOffset + (end * sizeof(int)), $"ends list {end} where none can");
        }

        ReadOnlySpan<float> numbers = section.Read<float>(
            (ListsHeader.TablesOffset / sizeof(float)) + lists, (ListsHeader.TableCount - 1) * lists);
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!(numbers[i] >= 0f && float.IsFinite(numbers[i])))
            {
                wrong.Add(
                    ListsHeader.TablesOffset + ((long)(lists + i) * sizeof(float)),
                    $"is {numbers[i]}, which nothing of a list can be");
            }
        }
    }

    private void CheckVectors(SalvageColumn column)
    {
        var codes = new Offences(this, column.CodeSection, 1);
        var squares = new Offences(this, column.SquareSums, sizeof(int));
        var sums = new Offences(this, column.CodeSums, sizeof(int));
        for (int vector = 0; vector < column.Count; vector++)
        {
            if (!column.AreGood(vector))
            {
                continue;
            }

            if (!column.TryVector(vector, out ReadOnlySpan<sbyte> row, out QuantizedRow side))
            {
                codes.Add((long)vector * row.Length, $"or its scale is of no vector (scale {side.Scale})");
                continue;
            }

            if (column.SquareSums.IsGood<int>(vector, 1)
                && column.SquareSums.Read<int>(vector, 1)[0] != side.SquareSum)
            {
                squares.Add(vector, $"is not {side.SquareSum}, the sum of the squared codes");
            }

            if (column.CodeSums.IsGood<int>(vector, 1)
                && column.CodeSums.Read<int>(vector, 1)[0] != side.CodeSum)
            {
                sums.Add(vector, $"is not {side.CodeSum}, the sum of the codes");
            }
        }

        codes.Report();
        squares.Report();
        sums.Report();
    }

    /// <summary>What is wrong with one section: the first, and how many.</summary>
    private sealed class Offences(SegmentExam exam, SalvageSection section, int elementBytes)
    {
        private long _element;
        private string? _what;
        private long _count;

        internal void Add(long element, string what)
        {
            if (_count++ == 0)
            {
                _element = element;
                _what = what;
            }
        }

        internal void Report()
        {
            if (_count > 0)
            {
                exam._problems.Error(
                    exam._segment.Path,
                    section.Offset + (_element * elementBytes),
                    $"element {_element} of section {section.Name} {_what}"
                    + (_count == 1 ? "" : $"; {_count - 1} more are wrong"));
            }
        }
    }
}
