using System.Text;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// All payload indexes of one segment, read in place from its section (FORMAT.md, Payload indexes). Keeps no
/// pointer and no copy but the directory: 192 bytes and the path for each index.
/// </summary>
internal sealed class PayloadIndexes
{
    private readonly (PayloadPath Path, PayloadIndex Index)[] _indexes;

    private PayloadIndexes((PayloadPath Path, PayloadIndex Index)[] indexes) => _indexes = indexes;

    /// <summary>What is indexed.</summary>
    public IReadOnlyList<PayloadIndexField> Fields
        => Array.ConvertAll(_indexes, i => new PayloadIndexField(i.Path.Text, i.Index.Kind));

    /// <summary>Reads the directory and checks that every table lies in the section.</summary>
    /// <param name="bytes">The section; it outlives what is returned.</param>
    /// <param name="rowCount">Rows of the segment.</param>
    /// <exception cref="IndexCorruptException">It is damaged, or of another segment.</exception>
    public static PayloadIndexes Open(IPayloadIndexBytes bytes, int rowCount)
    {
        const int FooterBytes = 40;
        const int PathBytesMax = 4 * IndexLimits.PathLengthMax;
        var reader = new PayloadIndexReader(bytes, rowCount);
        long footerOffset = bytes.Length - FooterBytes;
        if (footerOffset < 0)
        {
            reader.Throw(0, $"has {bytes.Length} bytes, fewer than its footer");
        }

        PayloadIndexFooter footer = reader.Read<PayloadIndexFooter>(footerOffset, 0);
        if (footer.Magic != PayloadIndexFooter.MagicValue
            || footer.Version != PayloadIndexFooter.VersionValue)
        {
            reader.Throw(footerOffset, $"has no footer of version {PayloadIndexFooter.VersionValue}");
        }

        if (footer.Bytes != bytes.Length || footer.RowCount != rowCount
            || footer.IndexCount is < 0 or > IndexLimits.PayloadIndexesMax)
        {
            reader.Throw(
                footerOffset,
                $"states {footer.Bytes} bytes, {footer.RowCount} rows and {footer.IndexCount} indexes; "
                + $"there are {bytes.Length} bytes, {rowCount} rows "
                + $"and at most {IndexLimits.PayloadIndexesMax} indexes");
        }

        var indexes = new (PayloadPath, PayloadIndex)[footer.IndexCount];
        for (int i = 0; i < indexes.Length; i++)
        {
            PayloadIndexEntry entry = reader.Read<PayloadIndexEntry>(footer.DirectoryOffset, i);
            if (entry.Kind is < (int)PayloadIndexKind.Keyword or > (int)PayloadIndexKind.Text)
            {
                reader.Throw(footer.DirectoryOffset, $"is of the unknown kind {entry.Kind}");
            }

            string path = Encoding.UTF8.GetString(
                reader.Bytes(entry.PathOffset, entry.PathBytes, PathBytesMax));
            try
            {
                indexes[i] = (PayloadPath.Parse(path), new PayloadIndex(reader, entry));
            }
            catch (PayloadException bad)
            {
                reader.Throw(Math.Clamp(entry.PathOffset, 0, bytes.Length), $"has no path: {bad.Message}");
            }
        }

        return new PayloadIndexes(indexes);
    }

    /// <summary>An index of this kind over this path, or null.</summary>
    public PayloadIndex? Find(PayloadPath path, PayloadIndexKind kind)
    {
        foreach ((PayloadPath indexed, PayloadIndex index) in _indexes)
        {
            if (index.Kind == kind && indexed.Equals(path))
            {
                return index;
            }
        }

        return null;
    }

    /// <summary>An index of any kind over this path, or null.</summary>
    public PayloadIndex? Find(PayloadPath path)
    {
        foreach ((PayloadPath indexed, PayloadIndex index) in _indexes)
        {
            if (indexed.Equals(path))
            {
                return index;
            }
        }

        return null;
    }
}
