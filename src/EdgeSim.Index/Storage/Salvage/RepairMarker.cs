using System.Globalization;
using System.Text;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// The file <c>repair</c>: a repair is going on. Made before the first new file and removed after the last
/// old one has been set aside, so that whoever comes after a power cut knows what is what: before the commit
/// that it names, the files from its numbers on are the repair's and go; after it, the files that no slot
/// needs are those to be set aside, and must not be removed as left-overs.
/// </summary>
/// <param name="Commit">The commit that makes the repaired collection the one that counts.</param>
/// <param name="FirstNumber">The first segment or state of the repair.</param>
/// <param name="FirstLog">Its log.</param>
/// <param name="Aside">
/// Where files are set aside; relative to the collection where it is inside, so that a card may be mounted
/// elsewhere in between.
/// </param>
internal sealed record RepairMarker(ulong Commit, uint FirstNumber, uint FirstLog, string Aside)
{
    internal const string FileName = "repair";
    private const string FirstLine = "EdgeSim repair 1";
    private const int BytesMax = 16 << 10;

    /// <summary>Makes it, durable.</summary>
    internal void Write(DurableFiles files, string directory)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{FirstLine}\n{Commit}\n{FirstNumber}\n{FirstLog}\n{Aside}\n");
        files.Replace(Path.Combine(directory, FileName), Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Ends what a repair that was cut off began; nothing where there is none.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The collection, which nobody else has open.</param>
    /// <param name="slot">The newest whole slot of the manifest; null when there is none.</param>
    /// <returns>The folder to which files have been set aside; null when there was nothing to end.</returns>
    /// <exception cref="IndexCorruptException">The file is damaged.</exception>
    internal static string? Settle(DurableFiles files, string directory, ManifestSlot? slot)
    {
        string path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        RepairMarker marker = Parse(path, files.Read(path, BytesMax));
        string? aside = null;
        if (slot?.Commit == marker.Commit)
        {
            aside = Path.GetFullPath(marker.Aside, directory);
            SetAside(files, directory, slot.Value, aside);
        }
        else
        {
            marker.RemoveNew(files, directory);
        }

        files.Delete(path);
        files.FlushDirectory(directory);
        return aside;
    }

    /// <summary>The files that a slot does not need: those that are set aside when it counts.</summary>
    internal static List<string> NotNeeded(string directory, in ManifestSlot slot)
    {
        DirectoryFiles found = DirectoryFiles.List(directory);
        var listed = new HashSet<uint>();
        for (int i = 0; i < slot.SegmentCount; i++)
        {
            listed.Add(slot.Segments[i].Number);
        }

        uint state = slot.StateNumber;
        uint log = slot.LogNumber;
        return
        [
            .. found.Segments.Where(number => !listed.Contains(number)).Select(OrphanFiles.SegmentName),
            .. found.States.Where(number => number != state).Select(StateFile.Name),
            .. found.Logs.Where(number => number < log).Select(LogFiles.Name),
            .. found.Rest.Where(OrphanFiles.IsOurs),
        ];
    }

    private static void SetAside(DurableFiles files, string directory, in ManifestSlot slot, string aside)
    {
        // The new manifest has its name for certain before a file goes that the old one names.
        files.FlushDirectory(directory);
        Directory.CreateDirectory(aside);
        foreach (string name in NotNeeded(directory, slot))
        {
            files.Rename(Path.Combine(directory, name), Path.Combine(aside, name));
        }

        files.FlushDirectory(aside);
        files.FlushDirectory(directory);
    }

    private static RepairMarker Parse(string path, byte[] bytes)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        return lines is [FirstLine, var commit, var number, var log, { Length: > 0 } aside, ""]
            && ulong.TryParse(commit, CultureInfo.InvariantCulture, out ulong commitNumber)
            && uint.TryParse(number, CultureInfo.InvariantCulture, out uint firstNumber)
            && uint.TryParse(log, CultureInfo.InvariantCulture, out uint firstLog)
            ? new RepairMarker(commitNumber, firstNumber, firstLog, aside)
            : throw new IndexCorruptException(path, 0, "the note of a repair that was cut off is damaged");
    }

    private void RemoveNew(DurableFiles files, string directory)
    {
        DirectoryFiles found = DirectoryFiles.List(directory);
        foreach (string name in (IEnumerable<string>)
        [
            .. found.Segments.Where(number => number >= FirstNumber).Select(OrphanFiles.SegmentName),
            .. found.States.Where(number => number >= FirstNumber).Select(StateFile.Name),
            .. found.Logs.Where(number => number >= FirstLog).Select(LogFiles.Name),
        ])
        {
            files.Delete(Path.Combine(directory, name));
        }

        files.FlushDirectory(directory);
    }
}
