namespace EdgeSim.Encoders.Tests;

/// <summary>
/// The laws of <see cref="IEncoder"/>, run on every encoder: derive, say how to open one and give it samples.
/// Vectors are compared bit for bit, because an index cannot tell a rounding difference from a different
/// input.
/// </summary>
public abstract class EncoderContractTests
{
    /// <summary>At least four inputs of different size, so that a batch mixes lengths or shapes.</summary>
    protected abstract IReadOnlyList<EncoderInput> Samples { get; }

    /// <summary>An input of the right modality that the encoder must refuse.</summary>
    protected abstract EncoderInput Refused { get; }

    /// <summary>Opens the encoder; the test disposes it.</summary>
    protected abstract IEncoder Open();

    [Fact]
    public void Encode_Batch_EqualsSingleBitForBit()
    {
        using IEncoder encoder = Open();
        EncoderInput[] samples = [.. Samples];
        float[][] singles = EncodeOneByOne(encoder, samples);

        AssertSameBits(singles, EncodeTogether(encoder, samples));
    }

    [Fact]
    public void Encode_BatchInReverse_EqualsSingleBitForBit()
    {
        using IEncoder encoder = Open();
        EncoderInput[] samples = [.. Samples];
        float[][] singles = EncodeOneByOne(encoder, samples);
        Array.Reverse(samples);
        Array.Reverse(singles);

        AssertSameBits(singles, EncodeTogether(encoder, samples));
    }

    [Fact]
    public void Encode_SecondEncoder_SameBits()
    {
        EncoderInput[] samples = [.. Samples];
        using IEncoder first = Open();
        using IEncoder second = Open();

        AssertSameBits(EncodeOneByOne(first, samples), EncodeOneByOne(second, samples));
    }

    [Fact]
    public async Task Encode_FourThreads_SameBits()
    {
        using IEncoder encoder = Open();
        EncoderInput[] samples = [.. Samples];
        float[][] expected = EncodeOneByOne(encoder, samples);

        IEnumerable<Task<float[][]>> tasks = Enumerable.Range(0, 4).Select(thread => Task.Run(
            () => thread % 2 == 0 ? EncodeTogether(encoder, samples) : EncodeOneByOne(encoder, samples)));

        foreach (float[][] actual in await Task.WhenAll(tasks))
        {
            AssertSameBits(expected, actual);
        }
    }

    [Fact]
    public void Encode_Samples_HaveUnitNormAndDiffer()
    {
        using IEncoder encoder = Open();
        float[][] vectors = EncodeTogether(encoder, [.. Samples]);

        for (int i = 0; i < vectors.Length; i++)
        {
            Assert.Equal(encoder.Manifest.Dimension, vectors[i].Length);
            Assert.Equal(1.0, Dot(vectors[i], vectors[i]), 1e-4);
            for (int j = 0; j < i; j++)
            {
                double cosine = Dot(vectors[i], vectors[j]);
                Assert.True(cosine < 0.99999, $"Samples {j} and {i} give almost the same vector.");
            }
        }
    }

    [Fact]
    public void Encode_RefusedInput_NamesItsIndexAndLeavesEncoderUsable()
    {
        using IEncoder encoder = Open();
        float[][] before = EncodeOneByOne(encoder, [.. Samples]);

        var e = Assert.Throws<EncoderInputException>(
            () => EncodeTogether(encoder, [Samples[0], Samples[1], Refused, Samples[2]]));

        Assert.Equal(2, e.InputIndex);
        Assert.False(string.IsNullOrWhiteSpace(e.Message));
        AssertSameBits(before, EncodeTogether(encoder, [.. Samples]));
    }

    [Fact]
    public void Encode_OtherModality_IsRefusedWithItsIndex()
    {
        using IEncoder encoder = Open();
        EncoderInput other = encoder.Manifest.Modality == Modality.Text
            ? EncoderInput.FromImage(new byte[] { 1, 2, 3 })
            : EncoderInput.FromText("a picture of a dog");

        var e = Assert.Throws<EncoderInputException>(() => EncodeTogether(encoder, [Samples[0], other]));

        Assert.Equal(1, e.InputIndex);
    }

    [Fact]
    public void Encode_DestinationTooShort_Throws()
    {
        using IEncoder encoder = Open();
        EncoderInput[] samples = [.. Samples];
        int dimension = encoder.Manifest.Dimension;

        Assert.Throws<ArgumentException>(() => encoder.Encode(
            samples, new float[samples.Length * dimension - 1], new EncodeReport[samples.Length]));
        Assert.Throws<ArgumentException>(() => encoder.Encode(
            samples, new float[samples.Length * dimension], new EncodeReport[samples.Length - 1]));
    }

    [Fact]
    public void Encode_AfterDispose_Throws()
    {
        IEncoder encoder = Open();
        encoder.Dispose();

        Assert.Throws<ObjectDisposedException>(() => EncodeTogether(encoder, [Samples[0]]));
        encoder.Dispose();
    }

    /// <summary>One call an input.</summary>
    protected static float[][] EncodeOneByOne(IEncoder encoder, EncoderInput[] inputs) =>
        [.. inputs.Select(input => EncodeTogether(encoder, [input])[0])];

    /// <summary>One call for all.</summary>
    protected static float[][] EncodeTogether(IEncoder encoder, EncoderInput[] inputs)
    {
        int dimension = encoder.Manifest.Dimension;
        var embeddings = new float[inputs.Length * dimension];
        encoder.Encode(inputs, embeddings, new EncodeReport[inputs.Length]);
        return [.. embeddings.Chunk(dimension)];
    }

    /// <summary>Sum of products in double: the cosine, since embeddings have unit norm.</summary>
    protected static double Dot(float[] x, float[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    private static void AssertSameBits(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            for (int d = 0; d < expected[i].Length; d++)
            {
                int bits = BitConverter.SingleToInt32Bits(expected[i][d]);
                Assert.True(
                    bits == BitConverter.SingleToInt32Bits(actual[i][d]),
                    $"Input {i}, element {d}: {expected[i][d]:R} alone, {actual[i][d]:R} otherwise.");
            }
        }
    }
}
