using System.Buffers.Binary;
using System.Text;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

public sealed class VectorFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgesim-vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Fbin_GivesRows() => Same(
        [1, 2, 3, 4, 5, 6], 3, "a.fbin", [.. Header(2, 3), .. Floats(1, 2, 3, 4, 5, 6)]);

    [Fact]
    public void Read_Bytes_KeepTheirSign()
    {
        Same([127, -128, 0, -1], 2, "a.i8bin", [.. Header(2, 2), 127, 128, 0, 255]);
        Same([127, 128, 0, 255], 2, "a.u8bin", [.. Header(2, 2), 127, 128, 0, 255]);
    }

    [Fact]
    public void Read_Fvecs_LeavesDimensionsOut() => Same(
        [1, 2, 3, 4], 2, "a.fvecs", [.. Ints(2), .. Floats(1, 2), .. Ints(2), .. Floats(3, 4)]);

    [Theory]
    [InlineData("<f4")]
    [InlineData("<f8")]
    [InlineData("<f2")]
    [InlineData("|i1")]
    [InlineData("|u1")]
    public void Read_Npy_OfEveryElement(string descr)
    {
        byte[] content = descr switch
        {
            "<f4" => Floats(1, 2, 3, 4, 5, 6),
            "<f2" => [.. new[] { 1, 2, 3, 4, 5, 6 }.SelectMany(i => BitConverter.GetBytes((Half)i))],
            "<f8" => [.. new double[] { 1, 2, 3, 4, 5, 6 }.SelectMany(BitConverter.GetBytes)],
            _ => [1, 2, 3, 4, 5, 6],
        };
        Same([1, 2, 3, 4, 5, 6], 3, "a.npy", Npy(descr, "(2, 3)", content));
        Same([1, 2, 3, 4, 5, 6], 3, "b.npy", Npy(descr, "(2, 3,)", content, version: 2));
    }

    [Fact]
    public void Read_ManyRows_InPieces()
    {
        const int Rows = 70_000;
        byte[] bytes = [.. Header(Rows, 5), .. Enumerable.Range(0, Rows * 5).Select(i => (byte)(i % 100))];
        using VectorFile file = Open("a.i8bin", bytes);
        var rows = new float[Rows * 5];
        file.Read(0, rows);
        Assert.Equal(Enumerable.Range(0, Rows * 5).Select(i => (float)(i % 100)), rows);
        file.Read(Rows - 1, rows.AsSpan(0, 5));
        Assert.Equal([95, 96, 97, 98, 99], rows[..5]);
    }

    [Fact]
    public void Read_RowsThatAreNotThere_Throws()
    {
        using VectorFile file = Open("a.fbin", [.. Header(1, 1), .. Floats(1)]);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(1, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(-1, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(0, new float[2]));
    }

    [Fact]
    public void Open_NoRows_IsAnEmptyFile()
    {
        using VectorFile file = Open("a.fbin", Header(0, 4));
        Assert.Equal((0, 4), (file.Count, file.Dimension));
    }

    [Theory]
    [InlineData("a.txt", "ends in '.txt'")]
    [InlineData("a.jsonl", "ends in '.jsonl'")]
    [InlineData("a.fbin", "3 bytes")]
    [InlineData("a.fvecs", "3 bytes")]
    [InlineData("a.npy", "does not begin")]
    public void Open_NothingInIt_IsRefused(string name, string part) => Refused(part, name, [1, 2, 3]);

    [Fact]
    public void Open_HeaderAndLengthDisagree_IsRefused()
    {
        Refused("has 12 bytes", "a.fbin", [.. Header(1, 2), .. Floats(1)]);
        Refused("has 16 bytes", "a.fbin", [.. Header(1, 1), .. Floats(1, 2)]);
        Refused("4294967295 vectors", "a.fbin", Header(-1, 4096));
        Refused("1 vectors", "a.fvecs", [.. Ints(2), .. Floats(1, 2), .. Ints(2)]);
        Refused("2 vectors", "a.npy", Npy("<f4", "(2, 3)", Floats(1, 2)));
    }

    [Fact]
    public void Read_FvecsRowOfAnotherDimension_IsRefused()
    {
        using VectorFile file = Open(
            "a.fvecs", [.. Ints(1), .. Floats(1), .. Ints(9), .. Floats(2)]);
        TransferException e = Assert.Throws<TransferException>(() => file.Read(0, new float[2]));
        Assert.Contains("row 1: the vector has 9", e.Message);
    }

    private static byte[] Header(int rows, int dimension) => Ints(rows, dimension);

    private static byte[] Ints(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Npy(string descr, string shape, byte[] content, byte version = 1)
    {
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n";
        byte[] length = new byte[version == 1 ? 2 : 4];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.ASCII.GetBytes(text), .. content];
    }

    private VectorFile Open(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        AtomicFile.Write(path, bytes);
        return VectorFile.Open(path);
    }

    private void Same(float[] expected, int dimension, string name, byte[] bytes)
    {
        using VectorFile file = Open(name, bytes);
        Assert.Equal((expected.Length / dimension, dimension), (file.Count, file.Dimension));
        var all = new float[expected.Length];
        file.Read(0, all);
        Assert.Equal(expected, all);
        for (int row = 0; row < file.Count; row++)
        {
            file.Read(row, all.AsSpan(0, dimension));
            Assert.Equal(expected.AsSpan(row * dimension, dimension).ToArray(), all[..dimension]);
        }
    }

    private void Refused(string part, string name, byte[] bytes)
    {
        TransferException e = Assert.Throws<TransferException>(() => Open(name, bytes).Dispose());
        Assert.Contains(part, e.Message);
        Assert.Contains(name, e.Message);
    }
}
