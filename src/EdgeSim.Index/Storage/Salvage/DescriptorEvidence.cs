namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// What a collection is, from its <c>collection.json</c> or, where that is damaged or missing, from what the
/// other files repeat of it.
/// </summary>
/// <param name="Descriptor">The answer; null when there is none.</param>
/// <param name="Replacement">What the file should hold; null when it is as it was written.</param>
/// <param name="Uncertain">What was assumed.</param>
internal sealed record DescriptorEvidence(
    Descriptor? Descriptor, byte[]? Replacement, IReadOnlyList<string> Uncertain)
{
    /// <summary>Reads and, where need be, makes good.</summary>
    /// <exception cref="IndexFormatException">Of a newer format.</exception>
    internal static DescriptorEvidence Read(
        string directory, SlotEvidence slots, IReadOnlyList<uint> segments, ProblemList problems)
    {
        string path = Path.Combine(directory, Descriptor.FileName);
        byte[] bytes = SalvageBytes.Read(path, IndexLimits.DescriptorBytesMax, problems) ?? [];
        uint[] stated = [.. slots.Whole.Select(slot => slot.DescriptorChecksum).Distinct()];
        if (stated.Contains(Crc32C.Of(bytes)) && TryParse(path, bytes, null) is { } sound)
        {
            return new DescriptorEvidence(sound, null, []);
        }

        SegmentHeader[] headers = [.. Headers(directory, segments)];
        ulong[] ids = [.. slots.Whole.Select(slot => slot.CollectionId)
            .Concat(headers.Select(header => header.CollectionId))
            .CountBy(id => id).OrderByDescending(count => count.Value).Select(count => count.Key)];
        if (stated.Length > 0 && bytes.Length > 0)
        {
            problems.Error(path, null, "the file is not the one that the manifest was written for");
        }

        if (TryFlip(bytes, stated) is { } mended)
        {
            return new DescriptorEvidence(TryParse(path, mended, null), mended, []);
        }

        // Without a manifest to compare with, what can be read is taken as it is.
        Descriptor? found = TryParse(path, bytes, bytes.Length == 0 || stated.Length > 0 ? null : problems);
        if (found is not null && Misfit(found.Options, headers) is { } misfit)
        {
            problems.Error(path, null, misfit);
            found = null;
        }

        if (found is not null && (ids.Length == 0 || ids.Contains(found.Id)))
        {
            return new DescriptorEvidence(
                found,
                null,
                stated.Length == 0
                    ? []
                    : [$"{Descriptor.FileName} is not the one that the manifest was written for, and is "
                        + "taken as it is: compare the model and the fingerprint in it with what you know"]);
        }

        return found is not null ? Adopt(path, found, ids[0]) : Rebuild(path, headers, ids);
    }

    /// <summary>The headers of the segments that are whole.</summary>
    private static IEnumerable<SegmentHeader> Headers(string directory, IReadOnlyList<uint> segments)
    {
        foreach (uint number in segments)
        {
            string path = Path.Combine(directory, OrphanFiles.SegmentName(number));
            if (SalvageHeader.TryRead(path) is { } header && header.Number == number
                && header.Version is > 0 and <= SegmentHeader.VersionNewest)
            {
                yield return header;
            }
        }
    }

    /// <summary>What the segments say otherwise; null when they agree.</summary>
    private static string? Misfit(CollectionOptions options, SegmentHeader[] headers)
    {
        foreach (SegmentHeader header in headers)
        {
            if (header.Dimension != options.Default.Dimension
                || header.Metric != (uint)options.Default.Metric
                || Math.Max(header.VectorCount, 1) != options.Vectors.Count)
            {
                return $"it states {options.Vectors.Count} vectors, the first of {options.Default.Dimension} "
                    + $"dimensions and metric {options.Default.Metric}; the segments have "
                    + $"{Math.Max(header.VectorCount, 1)}, {header.Dimension} and {(Metric)header.Metric}";
            }
        }

        return null;
    }

    /// <summary>A file of other options or another collection that somebody put here.</summary>
    private static DescriptorEvidence Adopt(string path, Descriptor found, ulong id)
    {
        byte[] bytes = Descriptor.Serialize(id, found.Options);
        return new DescriptorEvidence(
            TryParse(path, bytes, null),
            bytes,
            [$"{Descriptor.FileName} was written for another collection; its vectors were taken, with the id "
                + "of the other files here"]);
    }

    /// <summary>A collection with one vector, of which the segments repeat all but the encoder.</summary>
    private static DescriptorEvidence Rebuild(string path, SegmentHeader[] headers, ulong[] ids)
    {
        if (headers.Length == 0 || headers.Any(header => header.VectorCount > 1))
        {
            return new DescriptorEvidence(null, null, []);
        }

        var options = CollectionOptions.Of(new VectorOptions
        {
            Dimension = (int)headers[0].Dimension,
            Metric = (Metric)headers[0].Metric,
            Fingerprint = "",
        });
        byte[] bytes = Descriptor.Serialize(ids[0], options);
        return new DescriptorEvidence(
            TryParse(path, bytes, null),
            bytes,
            [$"{Descriptor.FileName} was made again from the segments: the name of the vector, the encoder's "
                + "fingerprint and model, and the durability are not known and are now \"\", \"\", \"\" and "
                + "\"always\""]);
    }

    private static Descriptor? TryParse(string path, byte[] bytes, ProblemList? problems)
    {
        try
        {
            return Descriptor.Parse(path, bytes);
        }
        catch (IndexCorruptException wrong)
        {
            problems?.Error(wrong);
            return null;
        }
    }

    /// <summary>
    /// The file with one bit flipped so that its checksum is one that the manifest states: CRC-32C finds
    /// every error of up to three bits, so there is no other text so near.
    /// </summary>
    private static byte[]? TryFlip(byte[] bytes, uint[] stated)
    {
        byte[] mended = [.. bytes];
        for (int bit = 0; stated.Length > 0 && bit < 8 * mended.Length; bit++)
        {
            mended[bit / 8] ^= (byte)(1 << (bit % 8));
            if (stated.Contains(Crc32C.Of(mended)))
            {
                return mended;
            }

            mended[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        return null;
    }
}
