using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>Which rows are dead, from the state file that counts or, where it is gone, from others.</summary>
/// <param name="Dead">By segment number.</param>
/// <param name="Fields">The declared payload indexes.</param>
/// <param name="IsCertain">Whether it is what the manifest names.</param>
internal sealed record StateEvidence(
    IReadOnlyDictionary<uint, Tombstones> Dead, IReadOnlyList<PayloadIndexField> Fields, bool IsCertain)
{
    private static StateEvidence Nothing(bool isCertain)
        => new(new Dictionary<uint, Tombstones>(), [], isCertain);

    /// <summary>
    /// The state that a slot names; any that can be read where it cannot, or there is no slot.
    /// </summary>
    /// <param name="directory">The collection.</param>
    /// <param name="descriptor">What it is.</param>
    /// <param name="slot">The slot; null when none is whole.</param>
    /// <param name="others">Numbers of the state files that are there.</param>
    /// <param name="problems">Told what is wrong with the one that counts.</param>
    internal static StateEvidence Read(
        string directory,
        Descriptor descriptor,
        ManifestSlot? slot,
        IReadOnlyList<uint> others,
        ProblemList problems)
    {
        if (slot is { StateNumber: 0 } or { Version: 1 })
        {
            return Nothing(isCertain: true);
        }

        if (slot is { } newest && TryRead(directory, descriptor, newest, problems) is { } named)
        {
            return named;
        }

        // Rows never come back to life and segments never change: what an older or a newer state says of a
        // segment is true, although it may not be all.
        foreach (uint number in others.Reverse())
        {
            if (number != slot?.StateNumber
                && TryPseudoSlot(directory, number) is { } pseudo
                && TryRead(directory, descriptor, pseudo, null) is { } other)
            {
                return other with { IsCertain = false };
            }
        }

        return Nothing(isCertain: false);
    }

    private static StateEvidence? TryRead(
        string directory, Descriptor descriptor, in ManifestSlot slot, ProblemList? problems)
    {
        try
        {
            (Dictionary<uint, Tombstones> dead, List<PayloadIndexField> fields) =
                StateFile.Read(DurableFiles.Disk, directory, descriptor, slot);
            return new StateEvidence(dead, fields, true);
        }
        catch (IndexCorruptException wrong)
        {
            problems?.Error(wrong);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            problems?.Error(
                Path.Combine(directory, StateFile.Name(slot.StateNumber)),
                null,
                $"the file cannot be read: {refused.Message}");
        }

        return null;
    }

    /// <summary>What a slot would say of a state file that no slot names.</summary>
    private static ManifestSlot? TryPseudoSlot(string directory, uint number)
    {
        byte[]? bytes = SalvageBytes.Read(
            Path.Combine(directory, StateFile.Name(number)), IndexLimits.StateBytesMax, new ProblemList());
        if (bytes is null || bytes.Length < StateHeader.SizeBytes)
        {
            return null;
        }

        return new ManifestSlot
        {
            StateNumber = number,
            StateBytes = (uint)bytes.Length,
            StateChecksum = MemoryMarshal.Read<StateHeader>(bytes).FileChecksum,
        };
    }
}
