using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>A file of a <see cref="StoreImage"/>: open, or in memory.</summary>
internal sealed class ImageFile : IDisposable
{
    private readonly byte[] _memory = [];

    internal ImageFile(string name, SafeFileHandle handle, bool isImmutable)
    {
        Name = name;
        Handle = handle;
        IsImmutable = isImmutable;
    }

    internal ImageFile(string name, byte[] memory)
    {
        Name = name;
        _memory = memory;
        Bytes = memory.Length;
    }

    internal string Name { get; }

    /// <summary>The file; null where it is in memory.</summary>
    internal SafeFileHandle? Handle { get; }

    /// <summary>Whether nobody writes to it any more, so that its bytes may be shared.</summary>
    internal bool IsImmutable { get; }

    /// <summary>How much of it counts.</summary>
    internal long Bytes { get; set; }

    /// <summary>Fills a buffer from an offset, as far as the file goes.</summary>
    /// <exception cref="EndOfStreamException">It has become shorter.</exception>
    internal int Read(Span<byte> buffer, long offset)
    {
        int wanted = (int)Math.Min(buffer.Length, Bytes - offset);
        if (Handle is null)
        {
            _memory.AsSpan((int)offset, wanted).CopyTo(buffer);
            return wanted;
        }

        int count = wanted == 0 ? 0 : RandomAccess.Read(Handle, buffer[..wanted], offset);
        return count > 0 || wanted == 0
            ? count
            : throw new EndOfStreamException($"{Name} ends at byte {offset}, and had {Bytes}.");
    }

    public void Dispose() => Handle?.Dispose();
}
