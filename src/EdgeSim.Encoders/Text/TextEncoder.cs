using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;

namespace EdgeSim.Encoders.Text;

/// <summary>
/// Text to embedding: tokenise, run the graph, copy the vector. One text a run, so that no text is ever
/// padded: in float, padding and batch size change the last bits of a vector, and an index must not see that.
/// On a board's few cores it costs little; models/use-lite/README.md has the figures. Memory after warm-up:
/// the model, the vocabulary (about 1 MB) and fixed buffers of a few kilobytes.
/// </summary>
public sealed class TextEncoder : IEncoder
{
    private const string Tokenizer = "sentencepiece-unigram";

    // A graph that promises unit vectors may be off by float rounding of its own reduction, not by more.
    private const double NormTolerance = 1e-3;

    private readonly Lock gate = new();
    private readonly UnigramTokenizer tokenizer;
    private readonly OnnxSession session;
    private readonly long[] ids;
    private readonly long[] mask;
    private readonly float[] embedding;
    private readonly OnnxTensor output;

    // Inputs of the graph by token count; all share the two arrays. Filled as counts occur.
    private readonly OnnxTensor[]?[] inputs;
    private bool disposed;

    /// <summary>
    /// Loads a model that is installed in a folder. Reads the vocabulary and the graph: about 8 MB.
    /// </summary>
    /// <param name="manifest">What the model is.</param>
    /// <param name="folder">The folder that holds the files the manifest names.</param>
    /// <param name="threads">Threads of one run, 1..64.</param>
    /// <exception cref="ModelException">
    /// A file is missing or damaged, or is not what the manifest says.
    /// </exception>
    public TextEncoder(ModelManifest manifest, string folder, int threads)
    {
        Manifest = manifest;
        TextInput input = RequireText(manifest);
        string vocabulary = ModelFiles.RequireIntact(folder, manifest.Name, input.Vocabulary);
        string model = ModelFiles.RequireIntact(folder, manifest.Name, manifest.Model);
        tokenizer = new UnigramTokenizer(UnigramVocabulary.Parse(File.ReadAllBytes(vocabulary), vocabulary));

        ids = new long[input.TokensMax];
        mask = new long[input.TokensMax];
        Array.Fill(mask, 1);
        inputs = new OnnxTensor[]?[input.TokensMax + 1];
        embedding = new float[manifest.Dimension];
        output = new OnnxTensor(manifest.Output, [1, manifest.Dimension]) { Floats = embedding };
        session = new OnnxSession(model, threads);
        try
        {
            RequireNames(model, input);
        }
        catch (ModelException)
        {
            session.Dispose();
            throw;
        }
    }

    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// A text beyond the model's token limit is encoded by its first tokens and reported. Refused: an empty
    /// text, which has no meaning to compare, and a text beyond 1 MiB. Kinds and sizes are checked before
    /// anything is encoded.
    /// </remarks>
    public void Encode(ReadOnlySpan<EncoderInput> inputs, Span<float> embeddings, Span<EncodeReport> reports)
    {
        RequireRoom(inputs.Length, embeddings.Length, reports.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            RequireEncodable(inputs[i], i);
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            for (int i = 0; i < inputs.Length; i++)
            {
                TokenCount count = tokenizer.Encode(inputs[i].Text, ids, i);
                session.Run(InputsFor(count.Written), output);
                RequireUnitNorm();
                embedding.CopyTo(embeddings.Slice(i * Manifest.Dimension, Manifest.Dimension));
                reports[i] = new EncodeReport(count.Written, count.Dropped, Width: 0, Height: 0);
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
            }
        }
    }

    private OnnxTensor[] InputsFor(int tokens)
    {
        TextInput text = Manifest.Text!;
        return inputs[tokens] ??=
        [
            new OnnxTensor(text.InputIds, [1, tokens]) { Int64s = ids },
            new OnnxTensor(text.AttentionMask, [1, tokens]) { Int64s = mask },
        ];
    }

    private void RequireRoom(int count, int floats, int reports)
    {
        if (count == 0 || floats < (long)count * Manifest.Dimension || reports < count)
        {
            throw new ArgumentException(
                $"{count} inputs (at least 1) need {(long)count * Manifest.Dimension} floats and {count} "
                + $"reports; the buffers hold {floats} and {reports}.");
        }
    }

    private static void RequireEncodable(EncoderInput input, int index)
    {
        if (input.Modality != Modality.Text)
        {
            throw new EncoderInputException(
                $"This encoder takes texts; the input is of kind {input.Modality} and needs another one.",
                index);
        }

        if (string.IsNullOrEmpty(input.Text))
        {
            throw new EncoderInputException(
                "The text is empty, which has no meaning to compare. Leave it out.", index);
        }

        UnigramTokenizer.RequireSize(input.Text, index);
    }

    private void RequireUnitNorm()
    {
        double squares = 0;
        foreach (float value in embedding)
        {
            squares += (double)value * value;
        }

        // Written so that NaN fails.
        if (!(Math.Abs(squares - 1) <= NormTolerance))
        {
            throw new ModelException(
                $"Model {Manifest.Name}: output '{Manifest.Output}' has the squared norm {squares:G6}; it "
                + "must be 1. Normalise it in the graph, or install the model again if it is damaged.");
        }
    }

    private static TextInput RequireText(ModelManifest manifest)
    {
        if (manifest.Modality != Modality.Text || manifest.Text is not { } input)
        {
            throw new ModelException(
                $"Model {manifest.Name}: not a text model, its manifest says {manifest.Modality}.");
        }

        if (input.Tokenizer != Tokenizer)
        {
            throw new ModelException(
                $"Model {manifest.Name}: tokenizer '{input.Tokenizer}' is not known; '{Tokenizer}' is.");
        }

        if (input.TokensMax is < 1 or > TextLimits.TokensMax)
        {
            throw new ModelException(
                $"Model {manifest.Name}: {input.TokensMax} tokens; 1 to {TextLimits.TokensMax} are allowed.");
        }

        return input;
    }

    /// <summary>Sizes only: they are free, and installing has compared the hashes.</summary>
    private void RequireNames(string model, TextInput input)
    {
        foreach (string name in session.InputNames)
        {
            if (name != input.InputIds && name != input.AttentionMask)
            {
                throw new ModelException(
                    $"{model}: the graph wants an input '{name}' that the manifest does not name.");
            }
        }

        if (session.InputNames.Count != 2 || !session.OutputNames.Contains(Manifest.Output))
        {
            throw new ModelException(
                $"{model}: the graph has inputs [{string.Join(", ", session.InputNames)}] and outputs "
                + $"[{string.Join(", ", session.OutputNames)}]; the manifest wants '{input.InputIds}', "
                + $"'{input.AttentionMask}' and '{Manifest.Output}'.");
        }
    }
}
