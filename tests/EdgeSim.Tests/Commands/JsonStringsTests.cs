using System.Text;
using EdgeSim.Commands;

namespace EdgeSim.Tests.Commands;

public sealed class JsonStringsTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData(" [ ] \n")]
    [InlineData("[\"a\"]", "a")]
    [InlineData("[\"a\", \"\\u00e4\\n\", \"\"]\n", "a", "ä\n", "")]
    [InlineData("[\"\\ud83d\\udc15\"]", "\U0001F415")]
    public void TryRead_ArrayInPiecesOfAnySize_GivesEveryString(string json, params string[] expected)
    {
        foreach (int piece in new[] { 1, 2, 3, 7, 1000 })
        {
            Assert.Equal(expected, Read(Encoding.UTF8.GetBytes(json), piece));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\"a\"")]
    [InlineData("{\"a\":1}")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("[null]")]
    [InlineData("[[\"a\"]]")]
    [InlineData("[\"a\"")]
    [InlineData("[\"a\",]")]
    [InlineData("[\"a\"] 1")]
    [InlineData("[\"a\"][\"b\"]")]
    [InlineData("[\"\\ud83d\"]")]
    public void TryRead_NotAnArrayOfStrings_IsRefused(string json)
    {
        foreach (int piece in new[] { 1, 1000 })
        {
            UserException e = Assert.Throws<UserException>(() => Read(Encoding.UTF8.GetBytes(json), piece));
            Assert.Equal(ExitCode.Data, e.Code);
            Assert.Contains("not a JSON array of strings", e.Message);
        }
    }

    [Fact]
    public void TryRead_BytesThatAreNotUtf8_IsRefused() =>
        Assert.Throws<UserException>(() => Read([.. "[\""u8, 0xff, 0xfe, .. "\"]"u8], 1000));

    [Fact]
    public void TryRead_LongString_IsReadUpToTheLimit()
    {
        string text = new('a', Limits.TextFileBytesMax);
        Assert.Equal([text, "b"], Read(Encoding.UTF8.GetBytes($"[\"{text}\",\"b\"]"), 1 << 16));
        byte[] longer = Encoding.UTF8.GetBytes($"[\"{new string('a', Limits.JsonStringBytesMax)}\"]");
        UserException e = Assert.Throws<UserException>(() => Read(longer, 1 << 16));
        Assert.Contains("one string has more than", e.Message);
    }

    /// <summary>20 MB of short strings need the memory of one of them.</summary>
    [Fact]
    public void TryRead_LongArray_HoldsOneStringAtATime()
    {
        byte[] json = Encoding.UTF8.GetBytes(
            $"[{string.Join(',', Enumerable.Repeat("\"a short sentence\"", 1_000_000))}]");
        using var strings = new JsonStrings(new MemoryStream(json));
        GC.Collect();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int count = 0;
        while (strings.TryRead(out _))
        {
            count++;
        }

        Assert.Equal(1_000_000, count);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 1 << 20, $"{grown} bytes more");
    }

    private static string[] Read(byte[] json, int piece)
    {
        using var strings = new JsonStrings(new PieceStream(json, piece));
        var found = new List<string>();
        while (strings.TryRead(out string text))
        {
            found.Add(text);
        }

        return [.. found];
    }

    /// <summary>Gives a few bytes at a time, as a pipe may.</summary>
    private sealed class PieceStream(byte[] content, int piece) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, piece));
    }
}
