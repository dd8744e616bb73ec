namespace EdgeSim.Index.Quantization;

/// <summary>
/// The score-aware loss of a row x coded as y: with r = x - y, u = x / |x| and a = u.r, it is |r|^2 +
/// (eta - 1) a^2, so the error along the row, which changes the scores of the queries that the row is an
/// answer to, weighs eta times the error across it. Guo et al. 2020, "Accelerating large-scale inference with
/// anisotropic vector quantization" (arXiv:1908.10396).
/// </summary>
internal static class ScoreAwareLoss
{
    /// <summary>
    /// eta - 1: with threshold T as a part of the row's length, eta = (d - 1) T^2 / (1 - T^2), the paper's
    /// limit for many dimensions. Never below 0: the paper proves eta to be at least 1 for any weight that
    /// prefers high scores, and only the limit falls below that, in few dimensions.
    /// </summary>
    internal static double Excess(double threshold, int dimension)
        => Math.Max(0, ((dimension - 1) * threshold * threshold / (1 - (threshold * threshold))) - 1);

    /// <summary>
    /// The centroids of one sub-space that minimise the loss of the rows, given their codes and the other
    /// sub-spaces: for each centroid c the closed-form weighted least squares solution of (n I + e sum v v^T)
    /// c = sum x + e v (a + c0.v), where the sums run over its n rows, x and v are this sub-space's parts of
    /// the row and of u, c0 is the present centroid and e is eta - 1. Sub-space after sub-space this is block
    /// coordinate descent on the paper's joint least squares, whose full matrix ((centroids x dimension)^2)
    /// no board could hold. The loss never rises but for rounding. A centroid without rows stays.
    /// O(rows x width^2 + centroids x width^3).
    /// </summary>
    /// <param name="part">This sub-space's parts of the rows.</param>
    /// <param name="along">Of the directions along which errors weigh more; usually the rows.</param>
    /// <param name="inverses">[rows]: 1 / length of the direction; 0 for a zero vector.</param>
    /// <param name="codes">[rows]: codes in this sub-space.</param>
    /// <param name="excess">eta - 1.</param>
    /// <param name="parallels">[rows]: a, brought up to date with the new centroids.</param>
    /// <param name="codebook">[centroids x width], replaced.</param>
    internal static void Update(
        SubspaceRows part,
        SubspaceRows along,
        ReadOnlySpan<double> inverses,
        ReadOnlySpan<byte> codes,
        double excess,
        Span<double> parallels,
        Span<float> codebook)
    {
        int width = part.Width;
        int centroids = codebook.Length / width;
        Span<int> starts = stackalloc int[257];
        int[] order = SortByCode(codes, starts);
        double[] matrix = new double[width * width];
        double[] right = new double[width];
        float[] before = new float[width];
        for (int code = 0; code < centroids; code++)
        {
            ReadOnlySpan<int> members = order.AsSpan(starts[code]..starts[code + 1]);
            if (members.IsEmpty)
            {
                continue;
            }

            Span<float> centroid = codebook.Slice(code * width, width);
            centroid.CopyTo(before);
            Array.Clear(matrix);
            Array.Clear(right);
            foreach (int row in members)
            {
                ReadOnlySpan<float> values = part[row];
                ReadOnlySpan<float> direction = along[row];
                double known = (parallels[row] + (Dot(direction, before) * inverses[row])) * excess;
                double weight = excess * inverses[row] * inverses[row];
                for (int i = 0; i < width; i++)
                {
                    right[i] += values[i] + (known * inverses[row] * direction[i]);
                    double scaled = weight * direction[i];
                    for (int j = 0; j <= i; j++)
                    {
                        matrix[(i * width) + j] += scaled * direction[j];
                    }
                }
            }

            for (int i = 0; i < width; i++)
            {
                matrix[(i * width) + i] += members.Length;
            }

            Solve(matrix, right);
            for (int i = 0; i < width; i++)
            {
                const float Max = IndexLimits.ComponentMax;
                centroid[i] = (float)Math.Clamp(right[i], -Max, Max);
            }

            foreach (int row in members)
            {
                parallels[row] += (Dot(along[row], before) - Dot(along[row], centroid)) * inverses[row];
            }
        }
    }

    /// <summary>Row numbers by code, ascending within a code; the starts tell where each begins.</summary>
    private static int[] SortByCode(ReadOnlySpan<byte> codes, Span<int> starts)
    {
        starts.Clear();
        foreach (byte code in codes)
        {
            starts[code + 1]++;
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        Span<int> next = stackalloc int[256];
        starts[..256].CopyTo(next);
        int[] order = new int[codes.Length];
        for (int row = 0; row < codes.Length; row++)
        {
            order[next[codes[row]]++] = row;
        }

        return order;
    }

    /// <summary>
    /// Solves in place by Cholesky's factors; the matrix (lower half given) is positive definite, because its
    /// eigenvalues are at least the number of rows.
    /// </summary>
    private static void Solve(double[] matrix, double[] right)
    {
        int size = right.Length;
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[(i * size) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[(i * size) + k] * matrix[(j * size) + k];
                }

                matrix[(i * size) + j] = i == j ? Math.Sqrt(sum) : sum / matrix[(j * size) + j];
            }
        }

        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < i; k++)
            {
                right[i] -= matrix[(i * size) + k] * right[k];
            }

            right[i] /= matrix[(i * size) + i];
        }

        for (int i = size - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < size; k++)
            {
                right[i] -= matrix[(k * size) + i] * right[k];
            }

            right[i] /= matrix[(i * size) + i];
        }
    }

    private static double Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
        {
            sum += (double)first[i] * second[i];
        }

        return sum;
    }
}
