using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>A section in memory, with checksums of what was written or without any.</summary>
internal sealed class IndexBytes(byte[] bytes, uint[]? checksums = null) : IPayloadIndexBytes
{
    private const int BlockBytes = 64;

    public long Length => bytes.Length;

    public static uint[] Checksums(byte[] bytes)
        => [.. bytes.Chunk(BlockBytes).Select(block => Crc32C.Of(block))];

    public ReadOnlySpan<byte> Read(long offset, int count)
    {
        if (offset < 0 || count < 0 || offset + count > bytes.Length)
        {
            throw Corrupt(offset, $"{count} bytes are asked for");
        }

        long end = offset + count;
        for (long block = offset / BlockBytes; checksums is not null && block * BlockBytes < end; block++)
        {
            int start = (int)block * BlockBytes;
            int length = Math.Min(BlockBytes, bytes.Length - start);
            if (block >= checksums.Length || Crc32C.Of(bytes.AsSpan(start, length)) != checksums[block])
            {
                throw Corrupt(start, "the checksum does not fit");
            }
        }

        return bytes.AsSpan((int)offset, count);
    }

    public IndexCorruptException Corrupt(long offset, string reason) => new("memory", offset, reason);
}
