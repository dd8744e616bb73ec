using System.Globalization;
using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// Pictures to embeddings: decode, orient, resize, run the graph. Pictures of a batch run one by one: a
/// bigger batch may pick other kernels inside ONNX Runtime and round differently, and on one or two cores it
/// is no faster. Thread-safe: calls wait for each other.
/// </summary>
public sealed class ImageEncoder : IEncoder
{
    private readonly Lock gate = new();
    private readonly ImageDecoder decoder;
    private readonly ImageResizer resizer;
    private readonly OnnxSession session;
    private readonly OnnxTensor[] graphInput;
    private readonly OnnxTensor graphOutput;
    private readonly float[] embedding;
    private bool disposed;

    /// <summary>Loads the graph; the picture libraries are opened with the first picture.</summary>
    /// <param name="manifest">Of an image model.</param>
    /// <param name="folder">Where <see cref="ModelManifest.Model"/> is installed.</param>
    /// <param name="threads">Threads for one run of the graph, 1..64.</param>
    /// <exception cref="ModelException">The manifest, the graph or ONNX Runtime cannot be used.</exception>
    public ImageEncoder(ModelManifest manifest, string folder, int threads)
        : this(manifest, folder, threads, ImageLimits.Default)
    {
    }

    /// <summary>As above, with limits for a small memory budget.</summary>
    public ImageEncoder(ModelManifest manifest, string folder, int threads, ImageLimits limits)
    {
        ImageInput input = manifest.Modality == Modality.Image && manifest.Image is { } image
            ? image
            : throw new ModelException(
                $"{manifest.Name} is not an image model: its manifest has no image input. Take another.");
        Manifest = manifest;
        resizer = new ImageResizer(input);
        decoder = new ImageDecoder(limits);
        embedding = new float[manifest.Dimension];
        long[] shape = [1, input.Height, input.Width, 3];
        graphInput = [new OnnxTensor(input.Name, shape) { Floats = resizer.Tensor }];
        graphOutput = new OnnxTensor(manifest.Output, [1, manifest.Dimension]) { Floats = embedding };

        string path = ModelFiles.RequireIntact(folder, manifest.Name, manifest.Model);
        session = new OnnxSession(path, threads);
        if (!session.InputNames.SequenceEqual([input.Name]) || !session.OutputNames.Contains(manifest.Output))
        {
            string inputs = string.Join(", ", session.InputNames);
            string outputs = string.Join(", ", session.OutputNames);
            session.Dispose();
            throw new ModelException(
                $"{path}: the graph takes {inputs} and gives {outputs}, but the manifest of {manifest.Name} "
                + $"says "
                + $"{input.Name} and {manifest.Output}. Install the model again: edgesim models install "
                + $"{manifest.Name}");
        }
    }

    public ModelManifest Manifest { get; }

    public void Encode(ReadOnlySpan<EncoderInput> inputs, Span<float> embeddings, Span<EncodeReport> reports)
    {
        int dimension = Manifest.Dimension;
        long floats = (long)inputs.Length * dimension;
        if (inputs.IsEmpty || embeddings.Length < floats || reports.Length < inputs.Length)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{inputs.Length} pictures need {floats} floats and as many "
                + $"reports; there is room for "
                + $"{embeddings.Length} and {reports.Length}. At least one picture must be given."));
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            for (int i = 0; i < inputs.Length; i++)
            {
                ImageSize size = Decode(inputs[i], i);
                session.Run(graphInput, graphOutput);
                embedding.CopyTo(embeddings[(i * dimension)..]);
                reports[i] = new EncodeReport(0, 0, size.Width, size.Height);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (!disposed)
            {
                disposed = true;
                session.Dispose();
                decoder.Dispose();
            }
        }
    }

    private ImageSize Decode(EncoderInput input, int index)
    {
        if (input.Modality != Modality.Image)
        {
            throw new EncoderInputException(
                $"{Manifest.Name} encodes pictures; the input is a text. Use a text model for it.", index);
        }

        try
        {
            return decoder.Decode(input.Bytes.Span, resizer);
        }
        catch (EncoderInputException e) when (index > 0)
        {
            throw new EncoderInputException(e.Message, index, e);
        }
    }
}
