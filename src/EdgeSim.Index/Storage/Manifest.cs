using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The file <c>manifest</c>: two slots of 4 KiB, written alternately. A write that a power cut tears leaves
/// the other slot, that is the commit before, whole.
/// </summary>
internal static class Manifest
{
    internal const string FileName = "manifest";
    internal const int SlotCount = 2;
    internal const int FileBytes = SlotCount * ManifestSlot.SizeBytes;

    /// <summary>The bytes of the manifest of a new collection: commit 0 in slot 0, zeros in slot 1.</summary>
    internal static byte[] New(ulong collectionId, uint descriptorChecksum)
    {
        var slot = new ManifestSlot
        {
            Magic = ManifestSlot.MagicValue,
            Version = ManifestSlot.VersionNewest,
            CollectionId = collectionId,
            DescriptorChecksum = descriptorChecksum,
            NextNumber = 1,
            LiveCountAndOne = 1,
        };
        return Of(ref slot);
    }

    /// <summary>The bytes of a manifest with one commit and zeros in the other slot.</summary>
    internal static byte[] Of(ref ManifestSlot slot)
    {
        slot.SlotChecksum = ManifestSlot.ChecksumOf(ref slot);
        byte[] bytes = new byte[FileBytes];
        ManifestSlot.AsBytes(ref slot).CopyTo(bytes.AsSpan(OffsetOf(slot.Commit)));
        return bytes;
    }

    /// <summary>Where a commit's slot is.</summary>
    internal static int OffsetOf(ulong commit) => (int)(commit % SlotCount) * ManifestSlot.SizeBytes;

    /// <summary>
    /// Writes a commit's slot and returns when it is durable: this is the moment at which the commit happens.
    /// </summary>
    internal static void Write(DurableFiles files, string path, ref ManifestSlot slot)
    {
        slot.SlotChecksum = ManifestSlot.ChecksumOf(ref slot);
        using SafeFileHandle file = files.Open(path);
        files.Write(file, ManifestSlot.AsBytes(ref slot), OffsetOf(slot.Commit));
        files.Flush(file);
    }

    /// <summary>Reads the newest whole slot.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The manifest.</param>
    /// <param name="descriptor">The collection it must belong to.</param>
    /// <param name="isDamaged">
    /// Whether the other slot holds something that is not a whole slot: a torn write, or decay.
    /// </param>
    internal static ManifestSlot Read(
        DurableFiles files, string path, Descriptor descriptor, out bool isDamaged)
    {
        byte[] bytes = ReadFile(files, path);
        isDamaged = false;
        ManifestSlot newest = default;
        for (int i = 0; i < SlotCount; i++)
        {
            ReadOnlySpan<byte> part = bytes.AsSpan(i * ManifestSlot.SizeBytes, ManifestSlot.SizeBytes);
            var slot = MemoryMarshal.Read<ManifestSlot>(part);
            if (!part.ContainsAnyExcept((byte)0))
            {
                continue; // Never written.
            }

            if (slot.Magic != ManifestSlot.MagicValue
                || ManifestSlot.ChecksumOf(ref slot) != slot.SlotChecksum)
            {
                isDamaged = true;
                continue;
            }

            CheckSlot(ref slot, path, i, descriptor);
            if (newest.Magic == 0 || slot.Commit > newest.Commit)
            {
                newest = slot;
            }
        }

        return newest.Magic != 0
            ? newest
            : throw new IndexCorruptException(path, 0, "neither of the two slots is whole");
    }

    private static byte[] ReadFile(DurableFiles files, string path)
    {
        byte[] bytes = files.Read(path, FileBytes);
        return bytes.Length == FileBytes
            ? bytes
            : throw new IndexCorruptException(
                path, null, $"the file has {bytes.Length} bytes, not {FileBytes}");
    }

    private static void CheckSlot(ref ManifestSlot slot, string path, int index, Descriptor descriptor)
    {
        long offset = index * ManifestSlot.SizeBytes;
        if (slot.Version is 0 or > ManifestSlot.VersionNewest)
        {
            throw new IndexFormatException(
                path,
                offset + 8,
                $"the slot has format version {slot.Version}; "
                + $"this EdgeSim reads versions 1 to {ManifestSlot.VersionNewest}",
                "Use the EdgeSim that wrote it, or a newer one.");
        }

        if (slot.CollectionId != descriptor.Id || slot.DescriptorChecksum != descriptor.Checksum)
        {
            throw new IndexCorruptException(
                path,
                offset + 12,
                $"the slot was written for another {Descriptor.FileName} than the one beside it");
        }

        if (slot.SegmentCount > IndexLimits.SegmentsMax || slot.Commit % SlotCount != (ulong)index)
        {
            throw new IndexCorruptException(path, offset + 24, "the slot has values that no EdgeSim writes");
        }
    }
}
