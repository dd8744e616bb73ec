namespace EdgeSim.Encoders.Images;

/// <summary>Pixels of a picture.</summary>
public readonly record struct ImageSize(int Width, int Height)
{
    public long Pixels => (long)Width * Height;

    /// <summary>The size that a viewer shows.</summary>
    internal ImageSize Upright(int orientation) =>
        ExifOrientation.Transposes(orientation) ? new ImageSize(Height, Width) : this;
}
