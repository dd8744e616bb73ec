using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// The two phases of <see cref="ProductTraining.Train"/>, on inputs that have been checked. What threads do
/// is cut by rows or by sub-spaces, never by their number, and sums are taken in the order of the rows.
/// </summary>
internal sealed class ProductTrainingRun
{
    /// <summary>
    /// A round that lowers the loss by less than this part of it is the last one: the sixth or so. All later
    /// ones together gained less than one percent where this was measured.
    /// </summary>
    private const double Tolerance = 1e-3;

    /// <summary>The same for iterations of k-means.</summary>
    private const double PlainTolerance = 1e-4;

    /// <summary>Rows a thread takes at a time.</summary>
    private const int PartRows = 256;

    /// <summary>Rows for each centroid among which k-means++ chooses; each step reads all.</summary>
    private const int StartRows = 32;

    private readonly ReadOnlyMemory<float> _rows;
    private readonly ReadOnlyMemory<float> _directions;
    private readonly ProductOptions _options;
    private readonly VectorKernels _kernels;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _stop;
    private readonly int _count;
    private readonly float[] _codebooks;
    private readonly byte[] _codes;
    private readonly CodebookTiles _tiles;
    private readonly double[] _partSquares;
    private readonly double[] _partLosses;
    private readonly int _total;

    internal ProductTrainingRun(
        ReadOnlyMemory<float> rows,
        ReadOnlyMemory<float> directions,
        ProductOptions options,
        VectorKernels kernels,
        IProgress<TrainingProgress>? progress,
        CancellationToken stop)
    {
        _rows = rows;
        _directions = directions;
        _options = options;
        _kernels = kernels;
        _progress = progress;
        _stop = stop;
        _count = rows.Length / options.Dimension;
        _codebooks = new float[options.Dimension << options.Bits];
        _codes = new byte[_count * options.Subspaces];
        _partSquares = new double[(_count + PartRows - 1) / PartRows];
        _partLosses = new double[_partSquares.Length];
        bool isScoreAware = ScoreAwareLoss.Excess(options.Threshold, options.Dimension) > 0;
        _total = options.Iterations + (isScoreAware ? options.Rounds : 0);

        // The quantizer holds these very codebooks, and nobody else sees it before they are final.
        Quantizer = new ProductQuantizer(
            options.Dimension, options.Subspaces, options.Bits, options.Threshold, _codebooks);
        _tiles = new CodebookTiles(Quantizer);
    }

    /// <summary>The result.</summary>
    internal ProductQuantizer Quantizer { get; }

    /// <summary>k-means of every sub-space; returns the mean squared error.</summary>
    internal double TrainPlain()
    {
        Start();
        double previous = double.MaxValue;
        for (int iteration = 0; ; iteration++)
        {
            _tiles.Refresh();
            ForRows((encoder, row, codes) => new RowLoss(encoder.EncodePlain(Row(row), codes), 0, 0));
            double error = _partSquares.Sum() / _count;
            if (iteration == _options.Iterations || previous - error <= PlainTolerance * previous)
            {
                _progress?.Report(new TrainingProgress(_options.Iterations, _total, error));
                return error;
            }

            _progress?.Report(new TrainingProgress(iteration, _total, error));
            previous = error;
            ForSubspaces(() => Centre);
        }
    }

    /// <summary>Rounds of the score-aware loss, from where the plain training has ended.</summary>
    internal ProductTraining TrainScoreAware()
    {
        double excess = ScoreAwareLoss.Excess(_options.Threshold, _options.Dimension);
        double[] inverses = new double[_count];
        double[] parallels = new double[_count];
        byte[] column = new byte[_count];
        for (int row = 0; row < _count; row++)
        {
            double norm = RowQuantizer.Norm(Direction(row));
            inverses[row] = norm > 0 ? 1 / norm : 0;
        }

        double previous = double.MaxValue;
        for (int round = 0; ; round++)
        {
            _tiles.Refresh();
            ForRows((encoder, row, codes) =>
            {
                RowLoss loss = encoder.Improve(Row(row), Direction(row), codes);
                parallels[row] = loss.Parallel;
                return loss;
            });
            double losses = _partLosses.Sum();
            _progress?.Report(new TrainingProgress(_options.Iterations + round, _total, losses / _count));
            if (round == _options.Rounds || previous - losses <= Tolerance * previous)
            {
                return new ProductTraining(Quantizer, _partSquares.Sum() / _count, losses / _count, round);
            }

            previous = losses;
            for (int subspace = 0; subspace < _options.Subspaces; subspace++)
            {
                _stop.ThrowIfCancellationRequested();
                for (int row = 0; row < _count; row++)
                {
                    column[row] = _codes[(row * _options.Subspaces) + subspace];
                }

                ScoreAwareLoss.Update(
                    Part(_rows, subspace),
                    Part(_directions, subspace),
                    inverses,
                    column,
                    excess,
                    parallels,
                    Codebook(subspace));
            }
        }
    }

    /// <summary>k-means++ in every sub-space, among rows spread evenly.</summary>
    private void Start()
    {
        int count = Math.Min(_count, StartRows << _options.Bits);
        var seeds = new SplitMix64(_options.Seed);
        ulong[] seedOf = new ulong[_options.Subspaces];
        for (int i = 0; i < seedOf.Length; i++)
        {
            seedOf[i] = seeds.Next();
        }

        ForSubspaces(() =>
        {
            float[] values = new float[count * Quantizer.Width(0)];
            float[] distances = new float[count];
            return subspace =>
            {
                SubspaceRows part = Part(_rows, subspace);
                for (int i = 0; i < count; i++)
                {
                    part[(int)((long)i * _count / count)].CopyTo(values.AsSpan(i * part.Width));
                }

                KMeans.Start(
                    _kernels,
                    values.AsSpan(0, count * part.Width),
                    part.Width,
                    Codebook(subspace),
                    distances,
                    new SplitMix64(seedOf[subspace]),
                    _stop);
            };
        });
    }

    /// <summary>Moves every centroid of a sub-space to the mean of its rows.</summary>
    private void Centre(int subspace)
    {
        SubspaceRows part = Part(_rows, subspace);
        int width = part.Width;
        double[] sums = new double[width << _options.Bits];
        int[] sizes = new int[1 << _options.Bits];
        for (int row = 0; row < _count; row++)
        {
            int code = _codes[(row * _options.Subspaces) + subspace];
            ReadOnlySpan<float> values = part[row];
            sizes[code]++;
            for (int i = 0; i < values.Length; i++)
            {
                sums[(code * width) + i] += values[i];
            }
        }

        Span<float> codebook = Codebook(subspace);
        if (sizes.AsSpan().Contains(0))
        {
            Repair(part, subspace, sizes, sums, codebook);
        }

        for (int i = 0; i < sums.Length; i++)
        {
            if (sizes[i / width] > 0)
            {
                codebook[i] = (float)(sums[i] / sizes[i / width]);
            }
        }
    }

    /// <summary>
    /// Gives each empty centroid the row that lies farthest from its own; where all rows lie on centroids
    /// there is nothing to gain.
    /// </summary>
    private void Repair(
        SubspaceRows part, int subspace, int[] sizes, double[] sums, ReadOnlySpan<float> codebook)
    {
        int width = part.Width;
        double[] distances = new double[_count];
        for (int row = 0; row < _count; row++)
        {
            int code = _codes[(row * _options.Subspaces) + subspace];
            for (int i = 0; i < width; i++)
            {
                double difference = (double)part[row][i] - codebook[(code * width) + i];
                distances[row] += difference * difference;
            }
        }

        for (int empty = 0; empty < sizes.Length; empty++)
        {
            if (sizes[empty] > 0)
            {
                continue;
            }

            int farthest = -1;
            double most = 0;
            for (int row = 0; row < _count; row++)
            {
                if (distances[row] > most && sizes[_codes[(row * _options.Subspaces) + subspace]] > 1)
                {
                    most = distances[row];
                    farthest = row;
                }
            }

            if (farthest < 0)
            {
                return;
            }

            int from = _codes[(farthest * _options.Subspaces) + subspace];
            sizes[from]--;
            sizes[empty] = 1;
            distances[farthest] = 0;
            for (int i = 0; i < width; i++)
            {
                sums[(from * width) + i] -= part[farthest][i];
                sums[(empty * width) + i] = part[farthest][i];
            }
        }
    }

    private void ForRows(Func<ProductEncoder, int, byte[], RowLoss> action)
        => ParallelRun.For(_partSquares.Length, _options.Threads, _stop, () =>
        {
            var encoder = new ProductEncoder(Quantizer, _kernels, _tiles);
            byte[] codes = new byte[_options.Subspaces];
            return part =>
            {
                double squares = 0;
                double losses = 0;
                for (int row = part * PartRows; row < Math.Min((part + 1) * PartRows, _count); row++)
                {
                    Span<byte> own = _codes.AsSpan(row * codes.Length, codes.Length);
                    own.CopyTo(codes);
                    RowLoss loss = action(encoder, row, codes);
                    codes.CopyTo(own);
                    squares += loss.SquaredError;
                    losses += loss.Loss;
                }

                _partSquares[part] = squares;
                _partLosses[part] = losses;
            };
        });

    private void ForSubspaces(Func<Action<int>> worker)
        => ParallelRun.For(_options.Subspaces, _options.Threads, _stop, worker);

    private ReadOnlySpan<float> Row(int row)
        => _rows.Span.Slice(row * _options.Dimension, _options.Dimension);

    private ReadOnlySpan<float> Direction(int row)
        => _directions.Span.Slice(row * _options.Dimension, _options.Dimension);

    private SubspaceRows Part(ReadOnlyMemory<float> rows, int subspace)
        => new(rows.Span, _options.Dimension, Quantizer.Offset(subspace), Quantizer.Width(subspace));

    private Span<float> Codebook(int subspace)
        => _codebooks.AsSpan(
            Quantizer.Offset(subspace) << _options.Bits, Quantizer.Width(subspace) << _options.Bits);
}
