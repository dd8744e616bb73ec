using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>FORMAT.md, the structs and the committed files of old versions say the same.</summary>
public sealed class FormatTests
{
    private static readonly string[] s_document = File.ReadAllLines(
        Path.Combine(AppContext.BaseDirectory, "FORMAT.md"));

    [Fact]
    public void SegmentHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<SegmentHeader>(SegmentHeader.SizeBytes);

    [Fact]
    public void SectionEntry_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<SectionEntry>(SectionEntry.SizeBytes);

    [Fact]
    public void ManifestSlot_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<ManifestSlot>(ManifestSlot.SizeBytes);

    [Fact]
    public void ManifestEntry_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<ManifestEntry>(ManifestEntry.SizeBytes);

    [Fact]
    public void Sections_EveryRowOfTheirTable_IsWhatTheWriterWrites()
    {
        (string, string, string)[] expected = SegmentLayout.Sections.ToArray()
            .Select(section => ($"{(int)section.Id}", $"{section.ElementBytes}", section.Id.ToString()))
            .ToArray();
        Assert.Equal(expected, Table("Sections").Select(cells => (cells[0], cells[1], cells[2])));
    }

    [Fact]
    public void Metric_Numbers_AreThoseOfTheDocument()
    {
        string meaning = Table(nameof(SegmentHeader)).Single(cells => cells[3] == "Metric")[4];
        string[] names = Enum.GetValues<Metric>()
            .Select(metric => $"{(int)metric} {metric.ToString().ToLowerInvariant()}")
            .ToArray();
        Assert.Equal(string.Join(", ", names), meaning);
    }

    [Fact]
    public void Magics_AsBytes_SpellTheirNames()
    {
        Assert.Equal("EDGESEGM"u8.ToArray(), BitConverter.GetBytes(SegmentHeader.MagicValue));
        Assert.Equal("EDGEMANI"u8.ToArray(), BitConverter.GetBytes(ManifestSlot.MagicValue));
    }

    [Fact]
    public void Crc32C_PublishedExample_HasThePublishedValue()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32])); // RFC 3720, appendix B.4.
        Assert.Equal(0u, Crc32C.Of([]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 700)]
    [InlineData(384, 500)]
    [InlineData(4096, 40)]
    public void Layout_AnySize_AlignsAndNeverOverlaps(int dimension, int rows)
    {
        SegmentHeader header = SegmentLayout.Header(
            1, 1, Rows.Options(Metric.Dot, dimension), rows, rows * 300L);
        ulong end = SegmentHeader.SizeBytes;
        for (int i = 0; i < header.SectionCount; i++)
        {
            SectionEntry entry = header.Sections[i];
            Assert.True(entry.Offset >= end);
            Assert.Equal(0u, entry.Offset % (entry.Bytes >= 65536 ? 65536u : 4096u));
            end = entry.Offset + entry.Bytes;
        }

        Assert.Equal(header.FileBytes, end);
    }

    [Fact]
    public void Open_CollectionWrittenByVersion1_GivesTheSameAnswers()
    {
        using var directory = new TemporaryDirectory();
        string archive = Path.Combine(AppContext.BaseDirectory, "fixtures", "index-v1.tar.gz");
        using (var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(gzip, directory.Path, overwriteFiles: false);
        }

        // Its slots do not state the live rows yet, so they are counted.
        CollectionSummary summary = Collection.Describe(directory.Sub("index-v1"));
        using Collection collection = Collection.Open(directory.Sub("index-v1"));
        collection.Verify();
        Assert.Equal((collection.Count, collection.Bytes), (summary.Count, summary.Bytes));
        AssertGolden(collection);
    }

    [Fact]
    public void Create_ByThisVersion_GivesTheGoldenAnswersToo()
    {
        using var directory = new TemporaryDirectory();
        using (Collection collection = CreateGolden(directory.Sub("index-v1")))
        {
            AssertGolden(collection);
        }

        string? keep = Environment.GetEnvironmentVariable("EDGESIM_WRITE_FIXTURE");
        if (!string.IsNullOrEmpty(keep))
        {
            using var gzip = new GZipStream(File.Create(keep), CompressionLevel.SmallestSize);
            TarFile.CreateFromDirectory(directory.Sub("index-v1"), gzip, includeBaseDirectory: true);
        }
    }

    /// <summary>Three commits, two segments, one replaced row.</summary>
    private static Collection CreateGolden(string path)
    {
        CollectionOptions options =
            Rows.Options(Metric.Cosine, 20) with { Fingerprint = "golden", Model = "none" };
        Collection collection = Collection.Create(path, options);
        Rows.Add(collection, 0, 60, seed: 51);
        collection.Commit();
        Rows.Add(collection, 100, 10, seed: 51);
        collection.Add(3, Rows.Vector(3, 52, 20), "replaced"u8);
        collection.Commit();
        Rows.Add(collection, 200, 10, seed: 51);
        collection.Commit();
        return collection;
    }

    private static void AssertGolden(Collection collection)
    {
        Assert.Equal(
            Rows.Options(Metric.Cosine, 20) with { Fingerprint = "golden", Model = "none" },
            collection.Options);
        Assert.Equal(80, collection.Count);
        Assert.Equal([60, 21], collection.Segments.Select(segment => segment.Rows));
        Assert.Equal([59, 21], collection.Segments.Select(segment => segment.LiveRows));
        var matches = new Match[3];
        foreach (ulong key in (ulong[])[0, 59, 105, 209])
        {
            collection.Search(Rows.Vector(key, 51, 20), new SearchScratch(), matches);
            Assert.Equal(key, matches[0].Key);
            Assert.InRange(matches[0].Score, 0.9998f, 1f);
            Assert.Equal(Rows.Payload(key), collection.Payload(matches[0]).ToArray());
        }

        collection.Search(Rows.Vector(3, 52, 20), new SearchScratch(), matches);
        Assert.Equal(3u, matches[0].Key);
        Assert.Equal("replaced"u8.ToArray(), collection.Payload(matches[0]).ToArray());
    }

    /// <summary>
    /// Every documented field is at its offset, with its size; what no field covers is documented as zero.
    /// </summary>
    private static void Compare<T>(int size)
        where T : unmanaged
    {
        Assert.Equal(size, Unsafe.SizeOf<T>());
        Dictionary<string, (int Offset, int Size)> fields = typeof(T)
            .GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)
            .ToDictionary(
                field => field.Name,
                field => ((int)Marshal.OffsetOf<T>(field.Name), SizeOf(field.FieldType)));
        Dictionary<string, (int, int)> documented = Table(typeof(T).Name)
            .ToDictionary(cells => cells[3], cells => (int.Parse(cells[0]), int.Parse(cells[1])));
        Assert.Equal(documented.OrderBy(row => row.Key), fields.OrderBy(row => row.Key));
        int end = 0;
        foreach ((int offset, int bytes) in fields.Values.Order())
        {
            Assert.True(offset >= end, $"{typeof(T).Name}: the field at {offset} overlaps the one before.");
            Assert.Equal(0, offset % Math.Min(bytes, 8));
            end = offset + bytes;
        }
    }

    private static int SizeOf(Type type)
        => type == typeof(uint) ? 4
            : type == typeof(ulong) ? 8
            : type == typeof(SegmentHeader.SectionTable) ? Unsafe.SizeOf<SegmentHeader.SectionTable>()
            : type == typeof(ManifestSlot.SegmentTable) ? Unsafe.SizeOf<ManifestSlot.SegmentTable>()
            : throw new ArgumentException($"A field of type {type} is new: give its size here.");

    /// <summary>The cells of the table under a heading of the third level.</summary>
    private static List<string[]> Table(string heading)
    {
        int start = Array.IndexOf(s_document, "### " + heading);
        Assert.True(start >= 0, $"FORMAT.md has no heading '{heading}'.");
        List<string[]> rows = s_document.Skip(start + 3).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()).ToList();
        Assert.NotEmpty(rows);
        return rows;
    }
}
