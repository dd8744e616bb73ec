namespace EdgeSim.Index.Transfer;

/// <summary>
/// Lines of a text in UTF-8, one at a time; the memory of the longest one, which is bounded.
/// </summary>
/// <param name="path">For messages.</param>
/// <param name="input">The text; disposed with this.</param>
/// <param name="bytesMax">Bytes of a line.</param>
internal sealed class LineReader(string path, Stream input, int bytesMax) : IDisposable
{
    private byte[] _buffer = new byte[Math.Min(64 << 10, bytesMax + 1)];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>Number of the line read last, from 1.</summary>
    internal long Number { get; private set; }

    /// <summary>Bytes of the lines read so far.</summary>
    internal long BytesRead { get; private set; }

    internal static LineReader Open(string path, int bytesMax) => new(
        path,
        new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0),
        bytesMax);

    /// <summary>
    /// The next line without its end; valid until the next call. False behind the last one.
    /// </summary>
    internal bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0 || (_isAtEnd && _end > _start))
            {
                length = length >= 0 ? searched + length : _end - _start;
                line = _buffer.AsSpan(_start, length);
                int taken = Math.Min(length + 1, _end - _start);
                _start += taken;
                BytesRead += taken;
                if (Number++ == 0 && line.StartsWith("\uFEFF"u8))
                {
                    line = line[3..];
                }

                return true;
            }

            if (_isAtEnd)
            {
                line = default;
                return false;
            }

            searched = _end - _start;
            Fill();
        }
    }

    public void Dispose() => input.Dispose();

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end > bytesMax)
        {
            throw new TransferException(
                path, $"line {Number + 1}", $"the line has more than {bytesMax} bytes, the most allowed.");
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(bytesMax + 1L, _buffer.Length * 2L));
        }

        int read = input.Read(_buffer, _end, _buffer.Length - _end);
        _isAtEnd = read == 0;
        _end += read;
    }
}
