using System.Buffers;
using EdgeSim.Engine;

namespace EdgeSim.Transports.Http;

/// <summary>
/// A body that has been read, in blocks, and the bytes reserved for it. The reservation lasts until
/// <see cref="Dispose"/>, because what was decoded from the body lives as long as its request.
/// </summary>
public sealed class RequestBody(ByteQuota quota) : IDisposable
{
    private Block? first;
    private Block? last;

    /// <summary>Bytes read so far, and reserved.</summary>
    public long Length { get; private set; }

    /// <summary>What was read; empty after <see cref="DropBytes"/>.</summary>
    public ReadOnlySequence<byte> Bytes => first is null
        ? ReadOnlySequence<byte>.Empty
        : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);

    /// <summary>What a body of this length must leave to shorter ones.</summary>
    internal static long KeptFree(long length) =>
        length > Limits.BodyBlockBytesMax ? Limits.RequestBytesForSmall : 0;

    /// <summary>
    /// Room for the next bytes, or false when the quota has none; nothing is reserved then.
    /// </summary>
    internal bool TryExtend(int bytes, out Memory<byte> room)
    {
        if (!quota.TryReserve(bytes, KeptFree(Length + bytes)))
        {
            room = default;
            return false;
        }

        var block = new Block(new byte[bytes], Length);
        last?.Append(block);
        first ??= block;
        last = block;
        Length += bytes;
        room = block.Buffer;
        return true;
    }

    /// <summary>Takes back the end of the last block that nothing was read into.</summary>
    internal void Shorten(int bytes)
    {
        last!.Shorten(bytes);
        Length -= bytes;
        quota.Release(bytes);
    }

    /// <summary>The bytes have been decoded; only the reservation stays.</summary>
    public void DropBytes() => first = last = null;

    public void Dispose()
    {
        DropBytes();
        quota.Release(Length);
        Length = 0;
    }

    private sealed class Block : ReadOnlySequenceSegment<byte>
    {
        public Block(byte[] buffer, long start)
        {
            Buffer = buffer;
            Memory = buffer;
            RunningIndex = start;
        }

        public byte[] Buffer { get; }

        public void Append(Block next) => Next = next;

        public void Shorten(int bytes) => Memory = Memory[..^bytes];
    }
}
