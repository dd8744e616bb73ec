namespace EdgeSim.Index.Storage.Salvage;

/// <summary>What a repair starts from: the small files, and which of the large ones count.</summary>
internal sealed record RepairEvidence
{
    internal required DirectoryFiles Files { get; init; }

    /// <summary>The newest whole slot.</summary>
    internal required ManifestSlot? Slot { get; init; }

    /// <summary>Whether there is a slot that is not whole: it may have been the newest.</summary>
    internal required bool IsSlotDamaged { get; init; }

    internal required Descriptor Descriptor { get; init; }

    /// <summary>What <c>collection.json</c> should hold; null when it is as it was written.</summary>
    internal required byte[]? Replacement { get; init; }

    internal required StateEvidence State { get; init; }

    /// <summary>The segments that count, oldest first, with what a slot says of them.</summary>
    internal required IReadOnlyList<(uint Number, ManifestEntry? Entry)> Segments { get; init; }

    /// <summary>
    /// Whether the checkpoint that counted is gone, so that what belongs to it is only what lies there.
    /// </summary>
    internal required bool IsReconstructed { get; init; }

    internal required LogStart LogStart { get; init; }

    /// <summary>Reads it all.</summary>
    /// <param name="directory">The collection.</param>
    /// <param name="problems">Told what is wrong.</param>
    /// <param name="uncertain">Told what is assumed.</param>
    /// <exception cref="IndexFormatException">
    /// Of a newer version; or what the vectors are cannot be found out.
    /// </exception>
    internal static RepairEvidence Read(string directory, ProblemList problems, List<string> uncertain)
    {
        DirectoryFiles files = DirectoryFiles.List(directory);
        SlotEvidence slots = SlotEvidence.Read(directory, problems);
        ManifestSlot? slot = slots.Whole.Count > 0 ? slots.Whole[0] : null;
        DescriptorEvidence described = DescriptorEvidence.Read(directory, slots, files.Segments, problems);
        Descriptor descriptor = described.Descriptor ?? throw Undescribed(directory);
        uncertain.AddRange(described.Uncertain);
        bool isReconstructed = slot is null || (slots.IsDamaged && Lacks(slot.Value, files));
        StateEvidence state = StateEvidence.Read(
            directory, descriptor, isReconstructed ? null : slot, files.States, problems);
        var listed = new List<(uint Number, ManifestEntry? Entry)>();
        for (int i = 0; i < (slot?.SegmentCount ?? 0); i++)
        {
            ManifestEntry entry = slot!.Value.Segments[i];
            if (!isReconstructed || files.Segments.Contains(entry.Number))
            {
                listed.Add((entry.Number, entry));
            }
        }

        if (isReconstructed)
        {
            uncertain.Add(
                "the manifest does not say which files counted: all segments that are here were taken, of "
                + "two rows of a point the one in the segment of the higher number; points deleted since "
                + "their segment was written may have come back where no state file and no log says so");
            listed.AddRange(files.Segments
                .Where(number => !listed.Exists(known => known.Number == number))
                .Select(number => (number, (ManifestEntry?)null)));
        }
        else if (!state.IsCertain)
        {
            uncertain.Add(
                "the list of dead rows is gone: of two rows of a point the newer one was taken, and points "
                + "deleted since their segment was written may have come back; declared payload indexes may "
                + "be gone, and can be declared again");
        }

        return new RepairEvidence
        {
            Files = files,
            Slot = slot,
            IsSlotDamaged = slots.IsDamaged,
            Descriptor = descriptor,
            Replacement = described.Replacement,
            State = state,
            Segments = listed,
            IsReconstructed = isReconstructed,
            LogStart = isReconstructed ? LogStart.Of(slot) with { IsCertain = false } : LogStart.Of(slot),
        };
    }

    /// <summary>
    /// Whether something that a slot names is not here: beside a slot that is not whole this may be because
    /// that one was the newer, and what only this one needed has been removed.
    /// </summary>
    private static bool Lacks(ManifestSlot slot, DirectoryFiles files)
        => Enumerable.Range(0, (int)slot.SegmentCount)
                .Any(i => !files.Segments.Contains(slot.Segments[i].Number))
            || (slot.StateNumber != 0 && !files.States.Contains(slot.StateNumber))
            || (slot.LogNumber != 0 && !files.Logs.Contains(slot.LogNumber))
            || (slot.LogNumber == 0 && files.Logs.Count == 0 && files.Segments.Any(
                number => number >= slot.NextNumber));

    private static IndexFormatException Undescribed(string directory)
        => new(
            Path.Combine(directory, Descriptor.FileName),
            null,
            "the file is damaged or missing, and the other files do not say enough to make it again",
            "Put it back from a copy; or create an empty collection with the same vectors elsewhere and copy "
            + $"its {Descriptor.FileName} here. Then repair again. Nothing was changed.");
}
