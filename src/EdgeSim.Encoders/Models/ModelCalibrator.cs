using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Images;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Encoders.Onnx.Format;
using EdgeSim.Encoders.Quantization;
using EdgeSim.Encoders.Text;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// Measures a model's <see cref="CalibrationFile"/> on a folder of data, exactly as an encoder would see it.
/// </summary>
internal static class ModelCalibrator
{
    /// <summary>The graph output that a centred model has while it has no mean.</summary>
    private const string Uncentred = MobileNetV2Graph.Pooled;

    private static int Threads => Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// Runs the float graph three times over the data, the int8 graph once a linear convolution and once for
    /// the mean.
    /// </summary>
    /// <exception cref="ModelException">
    /// The folder has no data for this model, or the package does not fit.
    /// </exception>
    public static CalibrationFile Measure(
        ModelManifest manifest, IReadOnlyDictionary<string, byte[]> package, string dataFolder)
    {
        IModelConverter converter = EncoderCatalog.Converter(manifest);
        ModelProto model = converter.Build(package, []);
        IEnumerable<OnnxTensor[]> inputs = Inputs(manifest, converter, package, dataFolder);
        using var calibrator = new Calibrator(model, Threads);
        IReadOnlyDictionary<string, ActivationRange> full = calibrator.MinMax(inputs);
        if (full.Count == 0)
        {
            string kind = manifest.Modality == Modality.Text
                ? ".txt files with one text a line"
                : ".png or .jpg pictures";
            throw new ModelException(
                $"{dataFolder}: holds no data for {manifest.Name}. Put {kind} there.");
        }

        // One word of a text is a whole input: a value clipped there is not averaged away, so large errors
        // count more. In a picture thousands of positions are averaged.
        int power = manifest.Modality == Modality.Text ? 3 : 2;
        IReadOnlyDictionary<string, ActivationRange> best = calibrator.LeastError(inputs, full, power);
        var file = new CalibrationFile
        {
            Model = manifest.Name,
            Ranges = calibrator.Activations.ToDictionary(
                name => name,
                name => new[]
                {
                    CalibrationFile.Round(best[name].Min),
                    CalibrationFile.Round(best[name].Max),
                }),
        };
        IReadOnlyDictionary<string, float[]> shifts = BiasCorrection.Measure(
            model, file.ActivationRanges(), inputs, Threads, CalibrationFile.Round);
        file = shifts.Count == 0 ? file : file with { BiasShifts = shifts };
        if (model.Graph.Output.All(output => output.Name != Uncentred))
        {
            return file;
        }

        // The mean of the int8 graph, not of the float graph: rounding shifts it, and this takes the shift
        // out again.
        ModelProto quantized = QdqQuantizer.Quantize(model, file.ActivationRanges(), shifts);
        float[] mean = Calibrator.MeanOf(quantized, Uncentred, inputs, Threads);
        return file with { Mean = [.. mean.Select(CalibrationFile.Round)] };
    }

    /// <summary>
    /// Graph inputs of every text or picture in a folder, in ordinal order of the paths. Lazy, repeatable.
    /// </summary>
    internal static IEnumerable<OnnxTensor[]> Inputs(
        ModelManifest manifest,
        IModelConverter converter,
        IReadOnlyDictionary<string, byte[]> package,
        string dataFolder)
    {
        if (!Directory.Exists(dataFolder))
        {
            throw new ModelException($"{dataFolder}: there is no such folder.");
        }

        if (manifest.Image is { } image)
        {
            return Pictures(image, dataFolder);
        }

        TextInput text = manifest.Text!;
        byte[] vocabulary = converter.SideFiles(package)[text.Vocabulary.Name];
        return Texts(
            text,
            new UnigramTokenizer(UnigramVocabulary.Parse(vocabulary, text.Vocabulary.Name)),
            dataFolder);
    }

    private static IEnumerable<OnnxTensor[]> Texts(TextInput input, UnigramTokenizer tokenizer, string folder)
    {
        var ids = new long[input.TokensMax];
        IEnumerable<string> lines = Files(folder, ".txt").SelectMany(File.ReadLines);
        foreach (string line in lines.Where(line => line.Length > 0))
        {
            int count = tokenizer.Encode(line, ids).Written;
            yield return
            [
                new OnnxTensor(input.InputIds, [1, count]) { Int64s = ids[..count] },
                new OnnxTensor(input.AttentionMask, [1, count])
                {
                    Int64s = [.. Enumerable.Repeat(1L, count)],
                },
            ];
        }
    }

    private static IEnumerable<OnnxTensor[]> Pictures(ImageInput input, string folder)
    {
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(input);
        foreach (string path in Files(folder, ".png", ".jpg", ".jpeg"))
        {
            decoder.Decode(File.ReadAllBytes(path), resizer);
            yield return
            [
                new OnnxTensor(input.Name, [1, input.Height, input.Width, 3])
                {
                    Floats = [.. resizer.Tensor],
                },
            ];
        }
    }

    private static IEnumerable<string> Files(string folder, params string[] extensions) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);
}
