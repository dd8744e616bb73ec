using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Conversion.TensorFlowLite;

namespace EdgeSim.Encoders.Tests.Conversion;

/// <summary>
/// The published image model as its TensorFlow Lite file says it, in double and without a thought for speed:
/// what the ONNX graph is compared with. Shares with it the reading of the file, nothing of the graph. Values
/// stay in TensorFlow's order, [row, column, channel].
/// </summary>
/// <param name="model">The detector.</param>
/// <param name="oddZeroFirst">Puts the odd zero of SAME padding first: wrong, to see that it shows.</param>
internal sealed class NaiveTrunk(TensorFlowLiteModel model, bool oddZeroFirst = false)
{
    private readonly Dictionary<int, Plane> planes = [];

    /// <summary>Averages of the last activation over the picture.</summary>
    /// <param name="picture">[height × width × 3].</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    public double[] Pooled(float[] picture, int height, int width)
    {
        planes.Clear();
        double[] values = Array.ConvertAll(picture, value => (double)value);
        planes[model.Inputs[0]] = new Plane(height, width, 3, values);
        Plane last = Compute(
            model.Tensors.Index().Single(pair => pair.Item.ShortName == MobileNetV2Trunk.Last).Index);
        var means = new double[last.Channels];
        for (int i = 0; i < last.Values.Length; i++)
        {
            means[i % last.Channels] += last.Values[i] / (last.Height * last.Width);
        }

        return means;
    }

    /// <summary>Computes a tensor from the tensors it needs.</summary>
    private Plane Compute(int tensor)
    {
        if (!planes.TryGetValue(tensor, out Plane? plane))
        {
            TensorFlowLiteOperator each = model.Producer(tensor)!;
            plane = each.Kind switch
            {
                OperatorKind.Convolution => Convolve(each, Compute(each.Inputs[0]), depthwise: false),
                OperatorKind.DepthwiseConvolution => Convolve(each, Compute(each.Inputs[0]), depthwise: true),
                OperatorKind.Add => Add(Compute(each.Inputs[0]), Compute(each.Inputs[1])),
                _ => throw new InvalidOperationException($"{each.Kind} in the trunk"),
            };
            if (each.Activation == ActivationKind.Relu6)
            {
                for (int i = 0; i < plane.Values.Length; i++)
                {
                    plane.Values[i] = Math.Clamp(plane.Values[i], 0, 6);
                }
            }

            planes[tensor] = plane;
        }

        return plane;
    }

    private static Plane Add(Plane x, Plane y) =>
        x with { Values = [.. x.Values.Zip(y.Values, (left, right) => left + right)] };

    /// <summary>
    /// Weights are [to, row, column, from], or [1, row, column, channel] where each channel has its own.
    /// </summary>
    private Plane Convolve(TensorFlowLiteOperator each, Plane input, bool depthwise)
    {
        int[] shape = model.Tensors[each.Inputs[1]].Shape;
        double[] weights = Array.ConvertAll(model.Constant(each.Inputs[1]), value => (double)value);
        float[] bias = model.Constant(each.Inputs[2]);
        int height = (input.Height + each.StrideHeight - 1) / each.StrideHeight;
        int width = (input.Width + each.StrideWidth - 1) / each.StrideWidth;
        int top = ZerosBefore(input.Height, height, each.StrideHeight, shape[1]);
        int left = ZerosBefore(input.Width, width, each.StrideWidth, shape[2]);
        var output = new Plane(height, width, bias.Length, new double[height * width * bias.Length]);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                Span<double> sums = output.Values.AsSpan(((y * width) + x) * bias.Length, bias.Length);
                for (int c = 0; c < bias.Length; c++)
                {
                    sums[c] = bias[c];
                }

                for (int row = 0; row < shape[1]; row++)
                {
                    for (int column = 0; column < shape[2]; column++)
                    {
                        int sourceY = (y * each.StrideHeight) - top + row;
                        int sourceX = (x * each.StrideWidth) - left + column;
                        if (sourceY < 0 || sourceY >= input.Height || sourceX < 0 || sourceX >= input.Width)
                        {
                            continue;
                        }

                        ReadOnlySpan<double> pixel = input.Values.AsSpan(
                            ((sourceY * input.Width) + sourceX) * input.Channels, input.Channels);
                        int place = (row * shape[2]) + column;
                        if (depthwise)
                        {
                            AddDepthwise(sums, pixel, weights.AsSpan(place * pixel.Length, pixel.Length));
                        }
                        else
                        {
                            AddFull(sums, pixel, weights, place, shape[1] * shape[2]);
                        }
                    }
                }
            }
        }

        return output;
    }

    private static void AddDepthwise(
        Span<double> sums, ReadOnlySpan<double> pixel, ReadOnlySpan<double> weights)
    {
        for (int c = 0; c < sums.Length; c++)
        {
            sums[c] += pixel[c] * weights[c];
        }
    }

    private static void AddFull(
        Span<double> sums, ReadOnlySpan<double> pixel, double[] weights, int place, int places)
    {
        for (int to = 0; to < sums.Length; to++)
        {
            ReadOnlySpan<double> row = weights.AsSpan(((to * places) + place) * pixel.Length, pixel.Length);
            double sum = 0;
            for (int from = 0; from < row.Length; from++)
            {
                sum += pixel[from] * row[from];
            }

            sums[to] += sum;
        }
    }

    /// <summary>
    /// TensorFlow's SAME: zeros as are missing for ceil(side / stride) outputs, half of them before, the odd
    /// one behind.
    /// </summary>
    private int ZerosBefore(int side, int outputs, int stride, int kernel)
    {
        int zeros = Math.Max(0, ((outputs - 1) * stride) + kernel - side);
        return oddZeroFirst ? zeros - (zeros / 2) : zeros / 2;
    }

    private sealed record Plane(int Height, int Width, int Channels, double[] Values);
}
