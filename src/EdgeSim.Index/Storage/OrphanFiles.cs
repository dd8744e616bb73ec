using System.Globalization;

namespace EdgeSim.Index.Storage;

/// <summary>Names of segment files, and the removal of those that no commit lists.</summary>
internal static class OrphanFiles
{
    private const string Prefix = "segment-";

    /// <summary>The file name of a segment.</summary>
    internal static string SegmentName(uint number)
        => Prefix + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>Whether a file of this name is a segment, or one that is being written.</summary>
    internal static bool IsSegment(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>
    /// Removes what an interrupted commit left: temporary files, and segments that the manifest does not
    /// list. When a slot of the manifest is damaged, segments stay: it may be the newest slot that decayed,
    /// and then they are its rows.
    /// </summary>
    /// <returns>The highest segment number seen, 0 when there is none.</returns>
    internal static uint Remove(DurableFiles files, string directory, in ManifestSlot slot, bool keepSegments)
    {
        var listed = new HashSet<uint>();
        for (int i = 0; i < slot.SegmentCount; i++)
        {
            listed.Add(slot.Segments[i].Number);
        }

        uint highest = 0;
        foreach (string path in Directory.GetFiles(directory, Prefix + "*"))
        {
            string name = Path.GetFileName(path)[Prefix.Length..];
            if (name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal))
            {
                TryDelete(files, path);
            }
            else if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            {
                highest = Math.Max(highest, number);
                if (!listed.Contains(number) && !keepSegments)
                {
                    TryDelete(files, path);
                }
            }
        }

        return highest;
    }

    /// <summary>
    /// Rubbish that cannot be removed takes room and nothing else; the next open tries again.
    /// </summary>
    private static void TryDelete(DurableFiles files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
        }
    }
}
