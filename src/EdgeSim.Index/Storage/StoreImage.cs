using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Everything that a collection was when one batch had happened: its files, open, so that what is merged away
/// meanwhile stays, as far as they counted then, and the two small ones that make them a collection.
/// </summary>
internal sealed class StoreImage : IDisposable
{
    /// <summary>
    /// Times that a look from outside starts again; checkpoints are seconds apart, a look takes milliseconds.
    /// </summary>
    private const int BesideAttempts = 20;

    private StoreImage(byte[] descriptor, ulong sequence, long points)
    {
        DescriptorBytes = descriptor;
        Sequence = sequence;
        Points = points;
    }

    /// <summary>Segments, the state, logs.</summary>
    internal List<ImageFile> Files { get; } = [];

    /// <summary>The bytes of <c>collection.json</c>.</summary>
    internal byte[] DescriptorBytes { get; }

    /// <summary>The bytes of the manifest.</summary>
    internal byte[] ManifestBytes { get; private set; } = [];

    /// <summary>The last batch that is in it.</summary>
    internal ulong Sequence { get; }

    internal long Points { get; }

    /// <summary>Opens the files. While neither a batch nor a checkpoint happens.</summary>
    /// <param name="store">The collection.</param>
    /// <param name="checkpoint">The newest one.</param>
    /// <param name="slot">What the manifest says of it.</param>
    /// <param name="sequence">The last batch.</param>
    /// <param name="points">Points after it.</param>
    /// <param name="logNumber">The newest log.</param>
    /// <param name="logBytes">How much of it counts; 0: all of it, as it was found.</param>
    internal static StoreImage Take(
        StoreContext store,
        Checkpoint checkpoint,
        ManifestSlot slot,
        ulong sequence,
        long points,
        uint logNumber,
        long logBytes)
    {
        byte[] descriptor = store.Files.Read(
            store.File(Descriptor.FileName), IndexLimits.DescriptorBytesMax);
        var image = new StoreImage(descriptor, sequence, points);
        try
        {
            foreach (SegmentView view in checkpoint.Views)
            {
                image.Open(view.Segment.Path, isImmutable: true);
            }

            if (slot.StateNumber != 0)
            {
                image.Open(store.File(StateFile.Name(slot.StateNumber)), isImmutable: true);
            }
            else if (checkpoint.IsOfVersion1 && checkpoint.Views.Any(view => view.Dead.Count > 0))
            {
                image.AddState(store, checkpoint, ref slot);
            }

            foreach (uint number in LogFiles.List(store.Path).Where(number => number >= slot.LogNumber))
            {
                ImageFile log = image.Open(store.File(LogFiles.Name(number)), isImmutable: false);
                log.Bytes = number == logNumber && logBytes > 0 ? logBytes : log.Bytes;
            }

            // Every batch up to this one is in the files: whoever opens the copy misses it if it is not
            // there.
            slot.Durable = sequence;
            image.ManifestBytes = Manifest.Of(ref slot);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The same from outside, of a collection that another process has open and writes: nothing is locked. Its
    /// files are opened and looked through, and if the manifest has not changed meanwhile they fit together: a
    /// checkpoint removes files only after it has written its slot. Of the logs, what is whole counts; a batch
    /// that was acknowledged before this began is.
    /// </summary>
    /// <exception cref="IndexLockedException">
    /// Checkpoints come faster than the logs can be read, or it is of format 1, whose files do not say enough.
    /// </exception>
    internal static StoreImage TakeBeside(DurableFiles files, string directory)
    {
        string manifest = Path.Combine(directory, Manifest.FileName);
        for (int attempt = 0; attempt < BesideAttempts; attempt++)
        {
            Descriptor descriptor = Descriptor.Read(files, Path.Combine(directory, Descriptor.FileName));
            ManifestSlot slot = Manifest.Read(files, manifest, descriptor, out _);
            if (slot.Version == 1)
            {
                break;
            }

            StoreImage? image = null;
            try
            {
                image = TakeBeside(files, directory, descriptor, slot);
                if (Manifest.Read(files, manifest, descriptor, out _).Commit == slot.Commit)
                {
                    return image;
                }
            }
            catch (Exception gone) when (
                gone is IndexCorruptException or FileNotFoundException
                && Manifest.Read(files, manifest, descriptor, out _).Commit != slot.Commit)
            {
                // Files that this slot named are merged or sealed away.
            }

            image?.Dispose();
        }

        throw new IndexLockedException(directory, "another process, which keeps changing its files");
    }

    public void Dispose() => Files.ForEach(file => file.Dispose());

    private static StoreImage TakeBeside(
        DurableFiles files, string directory, Descriptor descriptor, ManifestSlot slot)
    {
        (ulong sequence, long points) = (slot.Sequence, checked((long)slot.LiveCountAndOne - 1));
        var opened = new List<(string Path, long Bytes)>();
        foreach (uint number in LogFiles.List(directory).Where(number => number >= slot.LogNumber))
        {
            string path = Path.Combine(directory, LogFiles.Name(number));
            LogReader log = LogReader.Open(files, path, number, descriptor.Id);
            while (log.Header is not null && log.TryRead(out LogRecordHeader header, out _))
            {
                if (header.Sequence > slot.Sequence)
                {
                    (sequence, points) = (header.Sequence, checked((long)header.LiveCount));
                }
            }

            opened.Add((path, log.Header is null ? log.Length : log.Position));
        }

        byte[] bytes = files.Read(
            Path.Combine(directory, Descriptor.FileName), IndexLimits.DescriptorBytesMax);
        var image = new StoreImage(bytes, sequence, points);
        try
        {
            for (int i = 0; i < slot.SegmentCount; i++)
            {
                string name = OrphanFiles.SegmentName(slot.Segments[i].Number);
                image.Open(Path.Combine(directory, name), isImmutable: true);
            }

            if (slot.StateNumber != 0)
            {
                string name = StateFile.Name(slot.StateNumber);
                image.Open(Path.Combine(directory, name), isImmutable: true);
            }

            foreach ((string path, long length) in opened)
            {
                image.Open(path, isImmutable: false).Bytes = length;
            }

            slot.Durable = sequence;
            image.ManifestBytes = Manifest.Of(ref slot);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private ImageFile Open(string path, bool isImmutable)
    {
        SafeFileHandle handle = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var file = new ImageFile(System.IO.Path.GetFileName(path), handle, isImmutable)
        {
            Bytes = RandomAccess.GetLength(handle),
        };
        Files.Add(file);
        return file;
    }

    /// <summary>
    /// Version 1 did not write down which rows are dead; the copy is of the newest version.
    /// </summary>
    private void AddState(StoreContext store, Checkpoint checkpoint, ref ManifestSlot slot)
    {
        uint number = slot.NextNumber++;
        byte[] bytes = StateFile.Serialize(
            store.Descriptor.Id, number, checkpoint.Views, checkpoint.Fields);
        slot.StateNumber = number;
        slot.StateBytes = (uint)bytes.Length;
        slot.StateChecksum = StateFile.ChecksumOf(bytes);
        Files.Add(new ImageFile(StateFile.Name(number), bytes));
    }
}
