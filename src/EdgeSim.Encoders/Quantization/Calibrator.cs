using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using Google.Protobuf;

namespace EdgeSim.Encoders.Quantization;

/// <summary>
/// Runs a float graph over real inputs and notes which values its tensors take. The result is committed and
/// never made during an installation, see <see cref="Models.CalibrationFile"/>.
/// </summary>
internal sealed class Calibrator : IDisposable
{
    private readonly OnnxSession session;
    private readonly List<string> computed;
    private readonly List<string> given;

    /// <param name="model">The float graph; not changed.</param>
    /// <param name="threads">Threads for a run.</param>
    public Calibrator(ModelProto model, int threads)
    {
        var inputs = model.Graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        Activations = QuantizationPlan.For(model.Graph).Activations;
        given = [.. Activations.Where(inputs.Contains)];
        computed = [.. Activations.Where(name => !inputs.Contains(name))];
        session = new OnnxSession(WithOutputs(model, computed).ToByteArray(), threads);
    }

    /// <summary>The tensors observed, in graph order.</summary>
    public IReadOnlyList<string> Activations { get; }

    /// <summary>Least and greatest value of each tensor, 0 included. One run an input.</summary>
    /// <param name="inputs">Enumerated once; each the complete inputs of one run.</param>
    public IReadOnlyDictionary<string, ActivationRange> MinMax(IEnumerable<OnnxTensor[]> inputs)
    {
        var ranges = new Dictionary<string, ActivationRange>(StringComparer.Ordinal);
        Observe(inputs, (name, values) =>
        {
            ActivationRange seen = ranges.GetValueOrDefault(name);
            float min = seen.Min;
            float max = seen.Max;
            foreach (float value in values)
            {
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }

            ranges[name] = new ActivationRange(min, max);
        });
        return ranges;
    }

    /// <summary>Ranges of least error, within <paramref name="full"/>. One run an input.</summary>
    /// <param name="inputs">As for <see cref="MinMax"/>.</param>
    /// <param name="full">The result of <see cref="MinMax"/>.</param>
    /// <param name="power">See <see cref="RangeHistogram.LeastError"/>.</param>
    public IReadOnlyDictionary<string, ActivationRange> LeastError(
        IEnumerable<OnnxTensor[]> inputs, IReadOnlyDictionary<string, ActivationRange> full, int power)
    {
        var histograms = full.ToDictionary(
            p => p.Key, p => new RangeHistogram(p.Value), StringComparer.Ordinal);
        Observe(inputs, (name, values) => histograms[name].Add(values));
        return histograms.ToDictionary(p => p.Key, p => p.Value.LeastError(power), StringComparer.Ordinal);
    }

    /// <summary>Mean of a float output over inputs, summed in double. One run an input.</summary>
    /// <param name="model">Any graph.</param>
    /// <param name="output">One of its outputs, [1, dimension].</param>
    /// <param name="inputs">Enumerated once.</param>
    /// <param name="threads">Threads for a run.</param>
    public static float[] MeanOf(
        ModelProto model, string output, IEnumerable<OnnxTensor[]> inputs, int threads)
    {
        using var session = new OnnxSession(model.ToByteArray(), threads);
        double[] sums = [];
        int count = 0;
        foreach (OnnxTensor[] input in inputs)
        {
            float[] values = session.RunAll(input, [output])[0].Floats!;
            sums = count++ == 0 ? new double[values.Length] : sums;
            for (int i = 0; i < values.Length; i++)
            {
                sums[i] += values[i];
            }
        }

        return [.. sums.Select(sum => (float)(sum / count))];
    }

    public void Dispose() => session.Dispose();

    /// <summary>The same model with more tensors among its outputs.</summary>
    internal static ModelProto WithOutputs(ModelProto model, IEnumerable<string> names)
    {
        ModelProto wider = model.Clone();
        var present = wider.Graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        wider.Graph.Output.Add(names.Where(present.Add).Select(name => new ValueInfoProto { Name = name }));
        return wider;
    }

    private void Observe(IEnumerable<OnnxTensor[]> inputs, Action<string, float[]> observe)
    {
        foreach (OnnxTensor[] input in inputs)
        {
            foreach (string name in given)
            {
                OnnxTensor tensor = Array.Find(input, t => t.Name == name)
                    ?? throw new ModelException($"The calibration data has no input '{name}'.");
                observe(name, tensor.Floats!.AsSpan(0, tensor.Count).ToArray());
            }

            foreach (OnnxTensor tensor in session.RunAll(input, computed))
            {
                observe(tensor.Name, tensor.Floats!);
            }
        }
    }
}
