using System.Text;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>Files that NumPy wrote, and what is refused with which words.</summary>
public sealed class PointReaderTests
{
    [Theory]
    [InlineData("float32-v1.npy", 0.25f, -17)]
    [InlineData("float64-v2.npy", 0.25f, -17)]
    [InlineData("float16-v3.npy", 0.25f, -17)]
    [InlineData("int8.npy", 1f, -17)]
    [InlineData("uint8.npy", 1f, 0)]
    [InlineData("rows.fbin", 0.25f, -17)]
    [InlineData("rows.i8bin", 1f, -17)]
    [InlineData("rows.u8bin", 1f, 0)]
    [InlineData("rows.fvecs", 0.25f, -17)]
    [InlineData("rows.bvecs", 1f, 0)]
    public void Import_FilesOfNumPy_GivesTheirRows(string name, float unit, int first)
    {
        using var directory = new TemporaryDirectory();
        Assert.True(PointFormats.TryOf(name, out PointFormat format));
        using Collection collection = TransferCases.Import(
            directory.Sub("c"),
            TransferCases.Fixture(name),
            format,
            new PointReaderOptions { IdsPath = TransferCases.Fixture("ids.npy") });
        Key[] keys = [3, 1, 4, 1UL << 63, ulong.MaxValue];
        Assert.Equal(keys.Order(), collection.Keys());
        for (int i = 0; i < keys.Length; i++)
        {
            float[] expected = [.. Enumerable.Range(0, 7).Select(j => ((7 * i) + j + first) * unit)];
            float step = expected.Max(Math.Abs) / 127;
            Assert.Equal(expected, collection.VectorOf(keys[i]), (a, b) => Math.Abs(a - b) <= step * 0.51f);
        }
    }

    [Theory]
    [InlineData("big-endian.npy", "the elements are '>f4'; allowed are")]
    [InlineData("fortran.npy", "numpy.ascontiguousarray")]
    [InlineData("flat.npy", "the array has 1 dimensions; vectors are rows of an array of 2.")]
    [InlineData("ids.npy", "the elements are '<u8'")]
    [InlineData("rows.fbin", "the file does not begin as a .npy file does.")]
    public void Open_ArraysThatAreNoVectors_SaysWhy(string name, string what)
    {
        var refused = Assert.Throws<TransferException>(
            () => PointReader.Open(TransferCases.Fixture(name), PointFormat.Npy, new PointReaderOptions()));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", null)]
    [InlineData("{\"shape\":(1,2,),\"fortran_order\":False,\"descr\":\"<f4\"}", null)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} x", "something follows")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "shape is missing")]
    [InlineData("{'descr': '<f4', 'descr': '<f4'}", "comes twice")]
    [InlineData("{'descr': '<f4', 'fortran_order': None, 'shape': (1, 2)}", "neither True nor False")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2)}", "there is no '''")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, -2)}", "no length")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2)}", "would take")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 5000)}", "allowed are 1 to 4096")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2)}", "would take")]
    public void Open_NpyHeaders_AreReadStrictly(string header, string? what)
    {
        var file = new MemoryStream();
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header)]);
        file.Write(new byte[8]);
        file.Position = 0;
        if (what is null)
        {
            using PointReader reader = PointReader.Open("f", file, PointFormat.Npy, new PointReaderOptions());
            Assert.Equal(1, reader.Count);
            return;
        }

        var refused = Assert.Throws<TransferException>(
            () => PointReader.Open("f", file, PointFormat.Npy, new PointReaderOptions()));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":1,"vector":[1,2]}""", null)]
    [InlineData("""{"id":1,"vector":[1,2e0],"payload":null}""", null)]
    [InlineData("""{"payload":{"a":[1]},"id":"0F8FAD5B-D9CB-469F-A165-70867728950E","vector":null}""", null)]
    [InlineData("""{"id":1,"vector":{"":[1,2]}}""", null)]
    [InlineData("""{"id":-1,"vector":[1,2]}""", "line 2: the id is no number from 0")]
    [InlineData("""{"id":"7","vector":[1,2]}""", "no UUID as text")]
    [InlineData("""{"vector":[1,2]}""", "the point has no id")]
    [InlineData("""{"id":1,"id":2}""", "the member 'id' is not taken; allowed are id, vector and payload")]
    [InlineData("""{"id":1,"score":2}""", "the member 'score' is not taken")]
    [InlineData("""{"id":1,"vector":[1,"2"]}""", "holds something that is no number")]
    [InlineData("""{"id":1,"vector":[1,1e99]}""", "every component must be a finite number")]
    [InlineData("""{"id":1,"vector":[1]}""", "The vector has 1 components; this collection has 2.")]
    [InlineData("""{"id":1,"vector":{"x":[1,2]}}""", "There is no vector 'x'")]
    [InlineData("""{"id":1,"payload":[1]}""", "payload is no object")]
    [InlineData("""{"id":1,"payload":{"a":1,"a":2}}""", "stands twice in its map")]
    [InlineData("""{"id":1} {"id":2}""", "the line is no JSON")]
    [InlineData("""[1]""", "the line is no JSON object")]
    [InlineData("""{"id":1""", "the line is no JSON")]
    public void AppendTo_JsonLines_AreReadStrictly(string line, string? what)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, 2), Rows.Quiet);
        var file = new MemoryStream(
            Encoding.UTF8.GetBytes("{\"id\":9,\"vector\":[3,4]}\r\n" + line + "\n\n"));
        using PointReader reader = PointReader.Open(
            "f", file, PointFormat.JsonLines, new PointReaderOptions());
        if (what is null)
        {
            Assert.Equal(2, collection.Import(reader).Points);
            Assert.Equal(2, collection.Count);
            return;
        }

        var refused = Assert.Throws<TransferException>(() => collection.Import(reader));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.Contains("f, line 2: ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, collection.Count);
    }

    [Theory]
    [InlineData("1\n2\n", "vectors has no key")]
    [InlineData("1\n2\n3\n4\n5\n6\n", "line 6: there are more keys than the 5 vectors")]
    [InlineData("1\n2\nx\n4\n5\n", "line 3: 'x' is neither a number nor a UUID")]
    public void AppendTo_KeysThatDoNotFit_SaysWhere(string ids, string what)
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("ids.txt");
        File.WriteAllText(path, ids);
        var options = new PointReaderOptions { IdsPath = path };
        var refused = Assert.Throws<TransferException>(() => TransferCases.Import(
            directory.Sub("c"), TransferCases.Fixture("rows.fvecs"), PointFormat.Fvecs, options));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AppendTo_KeysAndPayloadsBesideIt_AreTheRows()
    {
        using var directory = new TemporaryDirectory();
        string ids = directory.Sub("ids.txt");
        string payloads = directory.Sub("payloads.jsonl");
        File.WriteAllText(ids, "5\n0f8fad5b-d9cb-469f-a165-70867728950e\r\n7\n8\n9");
        File.WriteAllText(payloads, "{\"text\":\"a\"}\n\n{}\n{\"text\":\"d\"}\n{\"text\":\"e\"}\n");
        using Collection collection = TransferCases.Import(
            directory.Sub("c"),
            TransferCases.Fixture("float16-v3.npy"),
            PointFormat.Npy,
            new PointReaderOptions { IdsPath = ids, PayloadsPath = payloads });
        Assert.Equal(5, collection.Count);
        Assert.Equal(Rows.Text("a"), collection.PayloadOf(5));
        Assert.Empty(collection.PayloadOf(new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"))!);
        Assert.Equal(Rows.Text("d"), collection.PayloadOf(8));
    }

    [Fact]
    public void AppendTo_ALineWithoutEnd_IsRefusedInBoundedMemory()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("points.jsonl");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(1L << 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<TransferException>(
            () => PointReader.Open(path, PointFormat.JsonLines, new PointReaderOptions()));
        Assert.Contains("line 1: the line has more than", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * IndexLimits.PointBytesMax);
    }
}
