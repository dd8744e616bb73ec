using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Search.Planning;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>FORMAT.md and the structs say the same.</summary>
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
    public void LogHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<LogHeader>(LogHeader.SizeBytes);

    [Fact]
    public void LogRecordHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<LogRecordHeader>(LogRecordHeader.SizeBytes);

    [Fact]
    public void StateHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<StateHeader>(StateHeader.SizeBytes);

    [Fact]
    public void MergeHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<MergeHeader>(MergeHeader.SizeBytes);

    [Fact]
    public void ListsHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<ListsHeader>(ListsHeader.SizeBytes);

    [Fact]
    public void GraphHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<GraphHeader>(GraphHeader.SizeBytes);

    [Fact]
    public void ProductHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<ProductHeader>(ProductHeader.SizeBytes);

    [Fact]
    public void CurvesHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<CurvesHeader>(CurvesHeader.SizeBytes);

    [Fact]
    public void CurvePoint_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<CurvePoint>(CurvePoint.SizeBytes);

    [Fact]
    public void BitHeader_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<BitHeader>(BitHeader.SizeBytes);

    [Fact]
    public void ManifestEntry_EveryRowOfItsTable_IsWhereTheDocumentSays()
        => Compare<ManifestEntry>(ManifestEntry.SizeBytes);

    [Fact]
    public void Sections_EveryRowOfTheirTable_IsWhatTheWriterWrites()
    {
        (string, string, string)[] expected = SegmentLayout.OfColumn.ToArray()
            .Concat(SegmentLayout.OfRows.ToArray())
            .Append((Id: SectionId.Lists, ElementBytes: 1)) // Their lengths are known at the end.
            .Append((Id: SectionId.Graph, ElementBytes: 1))
            .Append((Id: SectionId.Product, ElementBytes: 1))
            .Append((Id: SectionId.Bits, ElementBytes: 1))
            .Append((Id: SectionId.Curves, ElementBytes: 1))
            .Append((Id: SectionId.PayloadIndexes, ElementBytes: 1))
            .Append((Id: SectionId.Checksums, ElementBytes: 4))
            .Select(section => ($"{(int)section.Id}", $"{section.ElementBytes}", section.Id.ToString()))
            .ToArray();
        Assert.Equal(
            expected.Order(), Table("Sections").Select(cells => (cells[0], cells[1], cells[2])).Order());
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
        Assert.Equal("EDGELOGF"u8.ToArray(), BitConverter.GetBytes(LogHeader.MagicValue));
        Assert.Equal("EDGELIST"u8.ToArray(), BitConverter.GetBytes(ListsHeader.MagicValue));
        Assert.Equal("EDGEHNSW"u8.ToArray(), BitConverter.GetBytes(GraphHeader.MagicValue));
        Assert.Equal("EDGEPROD"u8.ToArray(), BitConverter.GetBytes(ProductHeader.MagicValue));
        Assert.Equal("EDGECURV"u8.ToArray(), BitConverter.GetBytes(CurvesHeader.MagicValue));
        Assert.Equal("EDGEBITS"u8.ToArray(), BitConverter.GetBytes(BitHeader.MagicValue));
        Assert.Equal("EDGESTAT"u8.ToArray(), BitConverter.GetBytes(StateHeader.MagicValue));
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
            1,
            1,
            Rows.Options(Metric.Dot, dimension),
            new SegmentShape(rows, [rows / 2], HasUuids: true, rows * 300L));
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
        => type == typeof(uint) || type == typeof(float) ? 4
            : type == typeof(ulong) ? 8
            : type == typeof(SegmentHeader.SectionTable) ? Unsafe.SizeOf<SegmentHeader.SectionTable>()
            : type == typeof(GraphHeader.LayerSizes) ? Unsafe.SizeOf<GraphHeader.LayerSizes>()
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
