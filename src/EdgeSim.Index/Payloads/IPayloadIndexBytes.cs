namespace EdgeSim.Index.Payloads;

/// <summary>The bytes of the section that holds payload indexes, in a mapped file or elsewhere.</summary>
internal interface IPayloadIndexBytes
{
    /// <summary>Bytes of the section.</summary>
    long Length { get; }

    /// <summary>
    /// Bytes of the section, checked against their checksums. The span is used before the next read and not
    /// kept.
    /// </summary>
    /// <exception cref="IndexCorruptException">A checksum does not fit, or it ends before.</exception>
    ReadOnlySpan<byte> Read(long offset, int count);

    /// <summary>The error that the section is damaged at this offset in it.</summary>
    IndexCorruptException Corrupt(long offset, string reason);
}
