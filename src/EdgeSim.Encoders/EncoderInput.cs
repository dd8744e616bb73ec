namespace EdgeSim.Encoders;

/// <summary>One thing to encode: a text, or the bytes of a picture file. Borrowed, never copied.</summary>
public readonly record struct EncoderInput
{
    private EncoderInput(Modality modality, string text, ReadOnlyMemory<byte> bytes)
    {
        Modality = modality;
        Text = text;
        Bytes = bytes;
    }

    public Modality Modality { get; }

    /// <summary>The text; empty for an image.</summary>
    public string Text { get; }

    /// <summary>The picture file as it is on disk (JPEG or PNG); empty for a text.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public static EncoderInput FromText(string text) => new(Modality.Text, text, default);

    public static EncoderInput FromImage(ReadOnlyMemory<byte> file) => new(Modality.Image, "", file);
}
