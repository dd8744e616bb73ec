using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// Writes the payload indexes of a segment: one pass over the payloads for each field, in the order of the
/// rows, into one section (FORMAT.md, Payload indexes).
/// </summary>
/// <remarks>
/// Memory, of one field at a time: 7 bits a row, and for each value of the field 12 bytes (a number or time),
/// 28 (a place), 8 (a text or boolean), or 8 a different word of a row; for texts and words also each
/// different one once, with about 100 bytes around it. Sorting doubles the 12 and 28.
/// </remarks>
internal static class PayloadIndexBuilder
{
    /// <summary>Writes the section to a stream, from where it stands.</summary>
    /// <param name="rows">All rows, dead ones too; payloads have passed <see cref="PayloadRules"/>.</param>
    /// <param name="fields">At most <see cref="IndexLimits.PayloadIndexesMax"/>; none twice.</param>
    /// <param name="output">Where to. Its errors pass through.</param>
    /// <returns>Bytes written, a multiple of 8.</returns>
    /// <exception cref="PayloadException">A path is none or there twice, or there are too many.</exception>
    public static long Write(IFilterRows rows, IReadOnlyList<PayloadIndexField> fields, Stream output)
    {
        PayloadPath[] paths = Check(fields);
        var writer = new PayloadIndexWriter(output, rows.RowCount);
        var entries = new PayloadIndexEntry[fields.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            var collector = new PayloadIndexCollector(fields[i].Kind, rows.RowCount);
            for (int row = 0; row < rows.RowCount; row++)
            {
                collector.Add(row, paths[i], rows.Payload(row));
            }

            entries[i] = collector.Write(writer);
        }

        // Paths lie beside the directory, so that opening touches one block or two.
        for (int i = 0; i < entries.Length; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(fields[i].Path);
            entries[i].PathBytes = text.Length;
            entries[i].PathOffset = writer.Write<byte>(text);
        }

        long directory = writer.Write<PayloadIndexEntry>(entries);
        var footer = new PayloadIndexFooter
        {
            DirectoryOffset = directory,
            IndexCount = entries.Length,
            RowCount = rows.RowCount,
            Bytes = writer.Position + Unsafe.SizeOf<PayloadIndexFooter>(),
            Version = PayloadIndexFooter.VersionValue,
            Magic = PayloadIndexFooter.MagicValue,
        };
        _ = writer.Write<PayloadIndexFooter>([footer]);
        return writer.Position;
    }

    /// <summary>Checks fields as they come from outside.</summary>
    /// <exception cref="PayloadException">A path is none or there twice, or there are too many.</exception>
    public static PayloadPath[] Check(IReadOnlyList<PayloadIndexField> fields)
    {
        if (fields.Count > IndexLimits.PayloadIndexesMax)
        {
            throw new PayloadException(
                $"{fields.Count} payload indexes are asked for; "
                + $"at most {IndexLimits.PayloadIndexesMax} are allowed.");
        }

        var paths = new PayloadPath[fields.Count];
        for (int i = 0; i < paths.Length; i++)
        {
            paths[i] = PayloadPath.Parse(fields[i].Path);
            if (fields[i].Kind is < PayloadIndexKind.Keyword or > PayloadIndexKind.Text)
            {
                throw new PayloadException($"The index on '{fields[i].Path}' is of no known kind.");
            }

            for (int j = 0; j < i; j++)
            {
                if (fields[j].Kind == fields[i].Kind && paths[j].Equals(paths[i]))
                {
                    throw new PayloadException($"The index on '{fields[i].Path}' is asked for twice.");
                }
            }
        }

        return paths;
    }
}
