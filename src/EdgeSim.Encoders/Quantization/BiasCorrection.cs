using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using Google.Protobuf;

namespace EdgeSim.Encoders.Quantization;

/// <summary>
/// Measures how far rounding moves the mean of each channel behind the linear convolutions of a graph, one
/// convolution after the other, so that each is measured behind those already corrected (Nagel et al. 2019,
/// arXiv:1906.04721, section 4.2). On the image model: mean cosine to float from .9936 to .9952. Correcting
/// the clamped convolutions too makes it worse: behind a clamp the mean error of the sum is not the mean
/// error of the result.
/// </summary>
internal static class BiasCorrection
{
    /// <summary>One run an input and a linear convolution, and one more an input.</summary>
    /// <param name="model">The float graph.</param>
    /// <param name="ranges">As for the quantiser.</param>
    /// <param name="inputs">Enumerated once a linear convolution, and once more.</param>
    /// <param name="threads">Threads for a run.</param>
    /// <param name="round">Brings a shift to the precision it is stored with.</param>
    public static IReadOnlyDictionary<string, float[]> Measure(
        ModelProto model,
        IReadOnlyDictionary<string, ActivationRange> ranges,
        IEnumerable<OnnxTensor[]> inputs,
        int threads,
        Func<float, float> round)
    {
        List<string> results = QuantizationPlan.For(model.Graph).LinearConvolutions;
        var shifts = new Dictionary<string, float[]>(StringComparer.Ordinal);
        if (results.Count == 0)
        {
            return shifts;
        }

        double[][] exact = ChannelMeans(model, results, inputs, threads);
        for (int i = 0; i < results.Count; i++)
        {
            ModelProto quantized = QdqQuantizer.Quantize(model, ranges, shifts);
            double[] rounded = ChannelMeans(quantized, [results[i]], inputs, threads)[0];
            shifts[results[i]] = [.. exact[i].Zip(rounded, (want, have) => round((float)(want - have)))];
        }

        return shifts;
    }

    /// <summary>[results][channels] means over inputs and positions, summed in double.</summary>
    private static double[][] ChannelMeans(
        ModelProto model, List<string> results, IEnumerable<OnnxTensor[]> inputs, int threads)
    {
        using var session = new OnnxSession(Calibrator.WithOutputs(model, results).ToByteArray(), threads);
        var sums = new double[results.Count][];
        int count = 0;
        foreach (OnnxTensor[] input in inputs)
        {
            count++;
            IReadOnlyList<OnnxTensor> tensors = session.RunAll(input, results);
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] ??= new double[tensors[i].Shape[1]];
                AddChannelMeans(tensors[i], sums[i]);
            }
        }

        return [.. sums.Select(sum => sum.Select(value => value / count).ToArray())];
    }

    /// <summary>Adds the mean of each channel of [1, channels, height, width].</summary>
    private static void AddChannelMeans(OnnxTensor tensor, double[] sums)
    {
        int positions = tensor.Count / sums.Length;
        for (int channel = 0; channel < sums.Length; channel++)
        {
            double sum = 0;
            foreach (float value in tensor.Floats.AsSpan(channel * positions, positions))
            {
                sum += value;
            }

            sums[channel] += sum / positions;
        }
    }
}
