namespace EdgeSim.Encoders.Images;

/// <summary>Pixels of a picture.</summary>
public readonly record struct ImageSize(int Width, int Height)
{
    public long Pixels => (long)Width * Height;
}
