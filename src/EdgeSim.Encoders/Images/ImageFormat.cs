namespace EdgeSim.Encoders.Images;

/// <summary>The picture formats that are read.</summary>
public enum ImageFormat
{
    /// <summary>ITU-T T.81, by libturbojpeg.</summary>
    Jpeg,

    /// <summary>ISO/IEC 15948, by libspng.</summary>
    Png,
}
