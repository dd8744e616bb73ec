namespace EdgeSim.Index.Storage.Salvage;

/// <summary>Compares what is written into it with a section.</summary>
internal sealed class ComparingStream(Section section) : Stream
{
    private const int PieceBytes = 16 << 10;

    private long _position;
    private long? _difference;

    /// <summary>Where the two differ first; null when they are the same.</summary>
    internal long? FirstDifference => _difference ?? (_position == section.Bytes ? null : _position);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _position;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && _difference is null)
        {
            int count = (int)Math.Min(Math.Min(PieceBytes, buffer.Length), section.Bytes - _position);
            int same = count <= 0
                ? 0
                : section.Read<byte>(_position, count).CommonPrefixLength(buffer[..count]);
            _difference = count <= 0 || same < count ? _position + same : null;
            _position += Math.Max(count, 0);
            buffer = buffer[Math.Max(count, 0)..];
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is kept.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
