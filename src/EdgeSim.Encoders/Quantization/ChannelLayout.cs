namespace EdgeSim.Encoders.Quantization;

/// <summary>Where the elements of one channel are in a dense row-major tensor.</summary>
/// <param name="Channels">How many channels.</param>
/// <param name="ChannelLength">Elements a channel.</param>
/// <param name="ChannelStride">Distance from a channel's first element to the next channel's.</param>
/// <param name="ElementStride">Distance between neighbours within a channel.</param>
internal readonly record struct ChannelLayout(
    int Channels, int ChannelLength, int ChannelStride, int ElementStride)
{
    /// <summary>
    /// Channel = first axis: convolution kernels [out, in, h, w], embedding tables [rows, dim].
    /// </summary>
    public static ChannelLayout First(int channels, int count) =>
        new(channels, count / channels, count / channels, 1);

    /// <summary>Channel = last axis: the right side of a matrix product [in, out].</summary>
    public static ChannelLayout Last(int channels, int count) => new(channels, count / channels, 1, channels);

    public int At(int channel, int element) => (channel * ChannelStride) + (element * ElementStride);
}
