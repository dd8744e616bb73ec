namespace EdgeSim.Encoders;

/// <summary>What an encoder turns into a vector.</summary>
public enum Modality
{
    /// <summary>A sentence or passage, UTF-16 in memory.</summary>
    Text,

    /// <summary>A picture file: JPEG or PNG bytes.</summary>
    Image,
}
