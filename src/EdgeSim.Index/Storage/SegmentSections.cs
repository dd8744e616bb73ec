namespace EdgeSim.Index.Storage;

/// <summary>The sections of an open segment, found by what they hold. One line each in the header.</summary>
internal sealed unsafe class SegmentSections
{
    private readonly Section[] _all;
    private readonly string _path;

    internal SegmentSections(MappedFile map, string path, ref SegmentHeader header)
    {
        _path = path;
        byte* file = (byte*)map.Address;
        uint* checksums = (uint*)(file + SegmentOpener.Find(header, SectionId.Checksums, path).Offset);
        var sections = new List<Section>();
        for (int i = 0; i < header.SectionCount; i++)
        {
            // Sections of later versions are listed too, so that Verify reads all that has a checksum.
            SectionEntry entry = header.Sections[i];
            if (entry.Id != (uint)SectionId.Checksums)
            {
                sections.Add(
                    new Section(file, path, entry, checksums + entry.FirstChecksum)
                    {
                        Id = (SectionId)entry.Id,
                        Column = (int)entry.Column,
                    });
            }
        }

        _all = [.. sections];
    }

    /// <summary>
    /// Whether some block has failed its checksum since the file was opened; but for those that follow
    /// from the rest and are made anew when the file is rewritten.
    /// </summary>
    internal bool IsDamaged
        => Array.Exists(_all, section => section.IsDamaged && !SegmentLayout.IsDerived(section.Id));

    internal IReadOnlyList<Section> All => _all;

    /// <summary>Whether the file is too long to stay in memory, and is asked for piece by piece.</summary>
    internal bool IsRead
    {
        get => _all[0].IsRead;
        set => Array.ForEach(_all, section => section.IsRead = value);
    }

    /// <summary>A section that need not be there.</summary>
    internal Section? Find(SectionId id, int column = 0)
        => Array.Find(_all, section => section.Id == id && section.Column == column);

    /// <summary>A section that must be there.</summary>
    internal Section Get(SectionId id, int column = 0)
        => Find(id, column)
            ?? throw new IndexCorruptException(_path, 128, $"section {id} is not in the section table");
}
