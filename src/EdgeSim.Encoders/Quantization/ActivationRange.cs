namespace EdgeSim.Encoders.Quantization;

/// <summary>
/// The values a tensor takes over the calibration data, always with 0 inside, so that padding and ReLU zeros
/// are exact. Becomes the scale and zero point of an unsigned 8-bit code: value = Scale × (code - ZeroPoint).
/// </summary>
internal readonly record struct ActivationRange
{
    /// <summary>Highest code of an unsigned byte.</summary>
    private const int CodeMax = 255;

    public ActivationRange(float min, float max)
    {
        if (!float.IsFinite(min) || !float.IsFinite(max) || min > max)
        {
            throw new ArgumentOutOfRangeException(
                nameof(min),
                $"A range of [{min}, {max}] cannot be coded: both ends must be finite, min <= max.");
        }

        Min = Math.Min(min, 0f);
        Max = Math.Max(max, 0f);
    }

    public float Min { get; }

    public float Max { get; }

    /// <summary>Value of one step; 1 for a tensor that is always 0.</summary>
    public float Scale
    {
        get
        {
            float scale = (float)(((double)Max - Min) / CodeMax);
            if (!float.IsNormal(scale))
            {
                return 1f;
            }

            // Rounding may push the highest code a hair above Max. ONNX Runtime then keeps a Clip(0, 6) that
            // the code range already implies, instead of folding it into the convolution.
            while (Min == 0f && scale * CodeMax > Max)
            {
                scale = MathF.BitDecrement(scale);
            }

            return scale;
        }
    }

    /// <summary>The code of 0, 0..255.</summary>
    public byte ZeroPoint => (byte)Math.Clamp(Math.Round(-(double)Min / Scale), 0, CodeMax);
}
