using EdgeSim.Index.Kernels;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>
/// The definition of a right answer: every live row is compared, and the answer is exactly the k best of the
/// float query against the stored codes, ties broken by age (earlier segment, then lower ordinal). One pass;
/// O(rows x dimension).
/// </summary>
internal static class FlatIndex
{
    /// <summary>
    /// Bytes of codes per step: they stay in the first two cache levels while the survivors are measured
    /// again.
    /// </summary>
    internal const int StepBytes = 64 << 10;

    /// <summary>Most rows of a step, so that the scores of short rows stay small too.</summary>
    internal const int StepRowsMax = 1024;

    /// <summary>
    /// Searches a snapshot. Allocates nothing once the scratch has grown to the question's size.
    /// </summary>
    internal static SearchStatistics Search(
        Snapshot snapshot,
        VectorKernels kernels,
        ReadOnlySpan<float> query,
        SearchScratch scratch,
        Span<Match> matches)
    {
        scratch.Prepare(snapshot.Stride, matches.Length);
        PreparedQuery prepared = PreparedQuery.Create(query, snapshot.Metric, scratch.Query, scratch.Codes);
        if (matches.IsEmpty)
        {
            return new SearchStatistics(0, 0, 0, 0, true);
        }

        long rescored = 0;
        long rows = 0;
        uint firstPlace = 0;
        foreach (SegmentView view in snapshot.Views)
        {
            rescored += Scan(view, snapshot.Metric, kernels, prepared, scratch, firstPlace);
            firstPlace += (uint)view.Segment.RowCount;
            rows += view.Segment.RowCount;
        }

        int count = Collect(snapshot, scratch.Best, matches);
        int sideBytes = snapshot.Metric == Metric.Cosine ? sizeof(int) : sizeof(int) + sizeof(float);
        return new SearchStatistics(count, rows, rescored, rows * (snapshot.Stride + sideBytes), true);
    }

    private static long Scan(
        SegmentView view,
        Metric metric,
        VectorKernels kernels,
        in PreparedQuery query,
        SearchScratch scratch,
        uint firstPlace)
    {
        Segment segment = view.Segment;
        int stride = segment.Stride;
        TopK best = scratch.Best;
        long rescored = 0;
        int step = Math.Clamp(StepBytes / stride, 1, StepRowsMax);
        for (int first = 0; first < segment.RowCount; first += step)
        {
            int rows = Math.Min(step, segment.RowCount - first);
            ReadOnlySpan<sbyte> codes = segment.Codes(first, rows);
            ReadOnlySpan<int> squareSums = segment.SquareSums(first, rows);
            ReadOnlySpan<float> scales = metric == Metric.Cosine ? default : segment.Scales(first, rows);
            Span<int> dots = scratch.Dots[..rows];
            kernels.Dot(scratch.Codes, codes, dots);
            for (int row = 0; row < rows; row++)
            {
                float scale = scales.IsEmpty ? 1f : scales[row];
                if (best.IsFull && !query.CanBeat(dots[row], scale, squareSums[row], best.Threshold))
                {
                    continue;
                }

                if (!view.IsLive(first + row))
                {
                    continue;
                }

                ReadOnlySpan<sbyte> code = codes.Slice(row * stride, stride);
                float score = metric == Metric.Euclid
                    ? -(float)Math.Sqrt(kernels.DistanceSquared(scratch.Query, code, scale))
                    : query.ScoreOfDot(kernels.Dot(scratch.Query, code), scale, squareSums[row]);
                best.Add(score, firstPlace + (uint)(first + row));
                rescored++;
            }
        }

        return rescored;
    }

    /// <summary>Empties the heap into the matches, best first, and looks their keys up.</summary>
    private static int Collect(Snapshot snapshot, TopK best, Span<Match> matches)
    {
        int count = best.Count;
        for (int i = count - 1; i >= 0; i--)
        {
            (float score, uint place) = best.RemoveWorst();
            long ordinal = place;
            int index = 0;
            while (ordinal >= snapshot.Views[index].Segment.RowCount)
            {
                ordinal -= snapshot.Views[index].Segment.RowCount;
                index++;
            }

            Segment segment = snapshot.Views[index].Segment;
            matches[i] = new Match(segment.Key((int)ordinal), score, segment.Number, (int)ordinal);
        }

        return count;
    }
}
