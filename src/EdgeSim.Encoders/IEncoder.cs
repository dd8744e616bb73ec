namespace EdgeSim.Encoders;

/// <summary>
/// Turns inputs of one modality into unit-norm embeddings. Laws, held by EncoderContractTests:
/// the same input always gives the same vector, alone or in any batch, on any thread;
/// calls from several threads are allowed and wait for each other; a refused input throws
/// <see cref="EncoderInputException"/> and leaves the encoder usable.
/// </summary>
public interface IEncoder : IDisposable
{
    /// <summary>The model behind this encoder.</summary>
    ModelManifest Manifest { get; }

    /// <summary>Encodes <paramref name="inputs"/>.</summary>
    /// <param name="inputs">1..n inputs of the manifest's modality.</param>
    /// <param name="embeddings">Receives [inputs × Manifest.Dimension] floats, row-major.</param>
    /// <param name="reports">Receives one report an input.</param>
    /// <exception cref="EncoderInputException">
    /// An input is refused; its index is in the exception.
    /// </exception>
    void Encode(ReadOnlySpan<EncoderInput> inputs, Span<float> embeddings, Span<EncodeReport> reports);
}
