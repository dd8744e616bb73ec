using EdgeSim.Commands.Ann;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class TruthFileTests : IDisposable
{
    private readonly AnnFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Write_ThenRead_GivesIdsNearestFirst()
    {
        TruthFile.Write(
            _files.File("t"), [[new(5, 0.5), new(3, 1), new(9, 2)], [new(0, 0), new(1, 1), new(2, 4)]]);
        byte[] bytes = File.ReadAllBytes(_files.File("t"));
        Assert.Equal(8 + (2 * 3 * 8), bytes.Length);
        Assert.Equal([2u, 3u, 5u], Words(bytes)[..3]);
        Assert.Equal(0.5f, BitConverter.ToSingle(bytes, 8 + (6 * 4)));

        TruthFile two = TruthFile.Read(_files.File("t"), 2, 10, 2);
        Assert.Equal([5, 3], two.Of(0).ToArray());
        Assert.Equal([0, 1], two.Of(1).ToArray());
    }

    [Fact]
    public void Read_WithoutDistances_IsAllowed()
    {
        Save(1, 2, 7, 8);
        Assert.Equal([7, 8], TruthFile.Read(_files.File("t"), 2, 9, 1).Of(0).ToArray());
    }

    [Theory]
    [InlineData("less than the header", 1u)]
    [InlineData("it has 16", 1u, 3u, 7u, 8u)]
    [InlineData("about 2 queries", 2u, 1u, 7u, 8u)]
    [InlineData("smaller --k", 1u, 1u, 7u)]
    [InlineData("names row 100", 1u, 2u, 7u, 100u)]
    [InlineData("which take", 0xFFFFFFFFu, 0xFFFFFFFFu)]
    [InlineData("about 0 queries", 0u, 2u)]
    public void Read_OfSomethingElse_SaysWhatIsWrong(string part, params uint[] words)
    {
        Save(words);
        UserException e = Assert.Throws<UserException>(
            () => TruthFile.Read(_files.File("t"), 2, 100, 1));
        Assert.Equal(ExitCode.Data, e.Code);
        Assert.Contains(part, e.Message);
    }

    [Fact]
    public void RangeWrite_HasCountsIdsAndDistances()
    {
        RangeTruthFile.Write(_files.File("r"), [[new(4, 0.25)], [], [new(1, 0.5), new(2, 1)]]);
        byte[] bytes = File.ReadAllBytes(_files.File("r"));
        Assert.Equal([3u, 3u, 1u, 0u, 2u, 4u, 1u, 2u], Words(bytes)[..8]);
        Assert.Equal(
            [0.25f, 0.5f, 1f], Words(bytes)[8..].Select(BitConverter.UInt32BitsToSingle));
    }

    private static uint[] Words(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToUInt32(bytes, i * 4))];

    private void Save(params uint[] words) => EdgeSim.Index.Storage.AtomicFile.Write(
        _files.File("t"), [.. words.SelectMany(BitConverter.GetBytes)]);
}
