using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>A section of a mapped segment as the payload indexes read it: checked block by block.</summary>
internal sealed class SectionBytes(Section section) : IPayloadIndexBytes
{
    /// <inheritdoc/>
    public long Length => section.Bytes;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Read(long offset, int count) => section.Read<byte>(offset, count);

    /// <inheritdoc/>
    public IndexCorruptException Corrupt(long offset, string reason) => section.Wrong(offset, reason);
}
