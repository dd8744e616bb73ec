using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Everything that a collection was when one batch had happened: its files, open, so that what is merged away
/// meanwhile stays, as far as they counted then, and the two small ones that make them a collection.
/// </summary>
internal sealed class StoreImage : IDisposable
{
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

            // Every batch up to this one is in the files: whoever opens the copy misses it if it is not there.
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

    public void Dispose() => Files.ForEach(file => file.Dispose());

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

    /// <summary>Version 1 did not write down which rows are dead; the copy is of the newest version.</summary>
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
