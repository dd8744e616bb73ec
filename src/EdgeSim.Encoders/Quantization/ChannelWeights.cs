namespace EdgeSim.Encoders.Quantization;

/// <summary>
/// Signed 8-bit weights with one scale a channel: weight = Scales[channel] × code, codes in -127..127
/// (symmetric: -128 would give a negative weight no positive twin).
/// Only +, ×, ÷ and rounding of IEEE doubles in a fixed order: the same bytes on every processor.
/// </summary>
internal sealed class ChannelWeights
{
    /// <summary>
    /// Bias codes stay below 2^30: half of int32 is left to the sum of products they are added to.
    /// </summary>
    private const double BiasCodeMax = 1 << 30;

    private ChannelWeights(sbyte[] codes, float[] scales)
    {
        Codes = codes;
        Scales = scales;
    }

    /// <summary>Same order as the weights given.</summary>
    public sbyte[] Codes { get; }

    /// <summary>[channels]</summary>
    public float[] Scales { get; }

    /// <summary>Quantises. O(weights).</summary>
    /// <param name="weights">Dense, row-major.</param>
    /// <param name="layout">Where the channel is in that order.</param>
    /// <param name="bias">[channels] or empty.</param>
    /// <param name="inputScale">
    /// Scale of the activation that the weights multiply; used only with a bias.
    /// </param>
    /// <param name="sumWeight">See <see cref="ChannelRounding"/>.</param>
    /// <remarks>
    /// The bias is stored as int32 with the scale inputScale × Scales[c]. A dead channel (weights almost
    /// zero, bias not) would need a code beyond int32, wrap, and poison everything behind it. Such a channel
    /// therefore gets the coarser scale |bias| / (inputScale × 2^30); its weights round to nearly nothing,
    /// which is what they were.
    /// </remarks>
    public static ChannelWeights Quantize(
        ReadOnlySpan<float> weights,
        ChannelLayout layout,
        ReadOnlySpan<float> bias,
        float inputScale,
        double sumWeight = 0)
    {
        var codes = new sbyte[weights.Length];
        var scales = new float[layout.Channels];
        var channel = new double[layout.ChannelLength];
        var rounding = new ChannelRounding(layout.ChannelLength, sumWeight);
        for (int c = 0; c < layout.Channels; c++)
        {
            for (int i = 0; i < channel.Length; i++)
            {
                channel[i] = weights[layout.At(c, i)];
            }

            double floor = bias.IsEmpty ? 0 : Math.Abs((double)bias[c]) / (inputScale * BiasCodeMax);
            scales[c] = rounding.Round(channel, floor);
            for (int i = 0; i < channel.Length; i++)
            {
                codes[layout.At(c, i)] = rounding.Codes[i];
            }
        }

        return new ChannelWeights(codes, scales);
    }

    /// <summary>Codes of a bias: round(bias[c] / (inputScale × Scales[c])).</summary>
    /// <exception cref="ModelException">
    /// A code does not fit; cannot happen with scales made with the same bias.
    /// </exception>
    public static int[] QuantizeBias(ReadOnlySpan<float> bias, ReadOnlySpan<float> biasScales)
    {
        var codes = new int[bias.Length];
        for (int channel = 0; channel < bias.Length; channel++)
        {
            double code = Math.Round(bias[channel] / (double)biasScales[channel]);
            if (Math.Abs(code) > 2 * BiasCodeMax - 1)
            {
                throw new ModelException(
                    $"Bias {bias[channel]} of channel {channel} does not fit int32 at scale "
                    + $"{biasScales[channel]}. The scale must be at least |bias| / 2^30.");
            }

            codes[channel] = (int)code;
        }

        return codes;
    }

    /// <summary>[channels] scales of the bias: inputScale × Scales[c], as the runtime requires.</summary>
    public float[] BiasScales(float inputScale)
    {
        var scales = new float[Scales.Length];
        for (int channel = 0; channel < scales.Length; channel++)
        {
            scales[channel] = inputScale * Scales[channel];
        }

        return scales;
    }
}
