namespace EdgeSim.Index.Storage.Torture;

/// <summary>The content of a simulated file. What no write has reached is zero.</summary>
internal sealed class FileBytes
{
    private byte[] _bytes = []; // Zero from Length on.

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    internal static FileBytes Of(ReadOnlySpan<byte> content)
    {
        var made = new FileBytes();
        made.Write(content, 0);
        return made;
    }

    internal void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        int end = checked((int)offset + bytes.Length);
        SetLength(Math.Max(Length, end));
        bytes.CopyTo(_bytes.AsSpan((int)offset));
    }

    internal void SetLength(long length)
    {
        int next = checked((int)length);
        if (next > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(next, _bytes.Length * 2));
        }
        else if (next < Length)
        {
            Array.Clear(_bytes, next, Length - next);
        }

        Length = next;
    }

    internal FileBytes Clone() => Of(Span);
}
