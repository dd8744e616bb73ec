using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>A file of an image as a stream of exactly the bytes that count; the file stays open.</summary>
internal sealed class ImageStream(ImageFile file, WritePace pace) : Stream
{
    private const int ReadBytesMax = 256 << 10;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Bytes;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int count = file.Read(buffer[..Math.Min(buffer.Length, ReadBytesMax)], Position);
        Position += count;
        pace.Written(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
