using System.Globalization;

using EdgeSim.Index.Storage.Salvage;

namespace EdgeSim.Index.Storage;

/// <summary>Names of segment files, and the removal of those that no commit lists.</summary>
internal static class OrphanFiles
{
    internal const string Prefix = "segment-";

    /// <summary>The file name of a segment.</summary>
    internal static string SegmentName(uint number)
        => Prefix + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>
    /// Removes what an interrupted write left: temporary files, and segments, states and logs that the
    /// manifest does not need. When a slot of the manifest is damaged only the temporary ones go: it may be
    /// the newest slot that decayed, and then they are its rows.
    /// </summary>
    /// <param name="store">The collection.</param>
    /// <param name="slot">The newest slot.</param>
    /// <param name="keepAll">Whether one of the slots is damaged.</param>
    /// <param name="left">A merge to go on with, whose two files stay; null: there is none.</param>
    /// <returns>The highest number of a segment or state seen, 0 when there is none.</returns>
    internal static uint Remove(
        StoreContext store, in ManifestSlot slot, bool keepAll, PendingMerge? left)
    {
        var listed = new HashSet<uint>();
        for (int i = 0; i < slot.SegmentCount; i++)
        {
            listed.Add(slot.Segments[i].Number);
        }

        uint highest = 0;
        foreach (string path in Directory.GetFiles(store.Path))
        {
            string name = Path.GetFileName(path);
            if (name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal) && IsOurs(name))
            {
                if (left is null || name != SegmentName(left.Number) + AtomicFile.TemporarySuffix)
                {
                    store.TryDelete(name);
                }
            }
            else if (TryNumber(name, MergeFile.Prefix, out uint merge))
            {
                highest = Math.Max(highest, merge);
                if (merge != left?.Number)
                {
                    store.TryDelete(name);
                }
            }
            else if (TryNumber(name, Prefix, out uint number))
            {
                highest = Math.Max(highest, number);
                DeleteUnless(listed.Contains(number));
            }
            else if (TryNumber(name, StateFile.Prefix, out number))
            {
                highest = Math.Max(highest, number);
                DeleteUnless(number == slot.StateNumber);
            }
            else if (TryNumber(name, LogFiles.Prefix, out number))
            {
                DeleteUnless(number >= slot.LogNumber);
            }

            void DeleteUnless(bool isNeeded)
            {
                if (!isNeeded && !keepAll)
                {
                    store.TryDelete(name);
                }
            }
        }

        return highest;
    }

    /// <summary>
    /// Whether a file is ours by its name: a segment, a state, a log, or one of any kind that is being
    /// written.
    /// </summary>
    internal static bool IsOurs(string name)
    {
        string whole = name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal)
            ? name[..^AtomicFile.TemporarySuffix.Length]
            : name;
        return whole is Manifest.FileName or Descriptor.FileName or RepairMarker.FileName
            || TryNumber(whole, Prefix, out _)
            || TryNumber(whole, StateFile.Prefix, out _)
            || TryNumber(whole, MergeFile.Prefix, out _)
            || TryNumber(whole, LogFiles.Prefix, out _);
    }

    /// <summary>The first interrupted merge that can go on; null when none can.</summary>
    internal static PendingMerge? FindMerge(StoreContext store, Checkpoint checkpoint)
    {
        foreach (string path in Directory.GetFiles(store.Path, MergeFile.Prefix + "*"))
        {
            if (TryNumber(Path.GetFileName(path), MergeFile.Prefix, out uint number)
                && MergeFile.Read(store, number, checkpoint) is { } merge)
            {
                return merge;
            }
        }

        return null;
    }

    /// <summary>The number in a name made of a prefix and ten digits.</summary>
    internal static bool TryNumber(string name, string prefix, out uint number)
    {
        number = 0;
        return name.Length == prefix.Length + 10
            && name.StartsWith(prefix, StringComparison.Ordinal)
            && uint.TryParse(
                name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
