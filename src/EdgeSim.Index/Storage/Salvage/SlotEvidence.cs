using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>What the two slots of a manifest say, of which neither need be whole.</summary>
/// <param name="Whole">The whole slots, the newest first.</param>
/// <param name="IsDamaged">Whether there is a slot that has been written and is not whole.</param>
internal sealed record SlotEvidence(IReadOnlyList<ManifestSlot> Whole, bool IsDamaged)
{
    /// <summary>Reads the manifest of a directory.</summary>
    /// <exception cref="IndexFormatException">A slot is of a newer version.</exception>
    internal static SlotEvidence Read(string directory, ProblemList problems)
    {
        string path = Path.Combine(directory, Manifest.FileName);
        byte[]? found = SalvageBytes.Read(path, 1 << 20, problems);
        if (found is null)
        {
            return new SlotEvidence([], true);
        }

        if (found.Length != Manifest.FileBytes)
        {
            problems.Error(path, null, $"the file has {found.Length} bytes, not {Manifest.FileBytes}");
        }

        byte[] bytes = new byte[Manifest.FileBytes];
        found.AsSpan(0, Math.Min(found.Length, bytes.Length)).CopyTo(bytes);
        var whole = new List<ManifestSlot>();
        var torn = new List<long>();
        for (int i = 0; i < Manifest.SlotCount; i++)
        {
            int offset = i * ManifestSlot.SizeBytes;
            ReadOnlySpan<byte> part = bytes.AsSpan(offset, ManifestSlot.SizeBytes);
            var slot = MemoryMarshal.Read<ManifestSlot>(part);
            if (slot.Magic == ManifestSlot.MagicValue
                && ManifestSlot.ChecksumOf(ref slot) == slot.SlotChecksum)
            {
                if (IsUsable(slot, path, i, problems))
                {
                    whole.Add(slot);
                }
            }
            else if (part.ContainsAnyExcept((byte)0))
            {
                torn.Add(offset);
            }
        }

        foreach (long offset in torn)
        {
            if (whole.Count == 0)
            {
                problems.Error(path, offset, "the slot is not whole, and no other is");
            }
            else
            {
                problems.Note(
                    path,
                    offset,
                    "the slot is not whole: torn by a power cut, or decayed; the other one counts");
            }
        }

        if (whole.Count == 0 && torn.Count == 0)
        {
            problems.Error(path, 0, "neither of the two slots is whole");
        }

        return new SlotEvidence(
            [.. whole.OrderByDescending(slot => slot.Commit)],
            torn.Count > 0 || whole.Count == 0 || found.Length != Manifest.FileBytes);
    }

    private static bool IsUsable(in ManifestSlot slot, string path, int index, ProblemList problems)
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

        if (slot.SegmentCount > IndexLimits.SegmentsMax || slot.Commit % Manifest.SlotCount != (ulong)index)
        {
            problems.Error(path, offset + 24, "the slot has values that no EdgeSim writes");
            return false;
        }

        return true;
    }
}
