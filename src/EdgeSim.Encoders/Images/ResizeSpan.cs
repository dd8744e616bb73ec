namespace EdgeSim.Encoders.Images;

/// <summary>
/// One axis of a resize as exact fractions: target pixel i covers the source from First + i × Step to
/// First + (i + 1) × Step, in units of 1 ÷ Unit source pixel.
/// </summary>
/// <param name="First">Where target pixel 0 begins.</param>
/// <param name="Step">Length of a target pixel, at least 2.</param>
/// <param name="Unit">Units in a source pixel, at least 2.</param>
/// <param name="Count">Target pixels.</param>
internal readonly record struct ResizeSpan(long First, long Step, long Unit, int Count)
{
    /// <summary>A source pixel <paramref name="times"/> as large still covers no more than a target
    /// pixel.</summary>
    public bool AllowsPixelsOf(int times) => Unit * times <= Step;
}
