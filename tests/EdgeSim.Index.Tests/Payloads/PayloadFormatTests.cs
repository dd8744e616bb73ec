using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Tests.Payloads;

/// <summary>FORMAT.md and the structs of payload indexes say the same.</summary>
public sealed class PayloadFormatTests
{
    private static readonly string[] Document = File.ReadAllLines(
        Path.Combine(AppContext.BaseDirectory, "FORMAT.md"));

    [Fact]
    public void Structs_EveryRowOfTheirTables_IsWhereTheDocumentSays()
    {
        Compare<PayloadIndexFooter>();
        Compare<PayloadIndexEntry>();
        Compare<PayloadIndexTerm>();
        Compare<RowSet>();
    }

    [Fact]
    public void Kinds_Numbers_AreThoseOfTheDocument()
    {
        string meaning = Table(nameof(PayloadIndexEntry)).Single(cells => cells[3] == "Kind")[4];
        Assert.Equal(
            string.Join(
                ", ",
                Enum.GetValues<PayloadIndexKind>()
                    .Select(kind => $"{(int)kind} {kind.ToString().ToLowerInvariant()}")),
            meaning);
    }

    [Fact]
    public void Magic_AsBytes_SpellsItsName()
        => Assert.Equal("EDGEPIDX"u8.ToArray(), BitConverter.GetBytes(PayloadIndexFooter.MagicValue));

    private static void Compare<T>()
        where T : unmanaged
    {
        int end = 0;
        foreach (string[] cells in Table(typeof(T).Name))
        {
            bool isProperty = typeof(T).GetProperty(cells[3]) is not null;
            string field = isProperty ? $"<{cells[3]}>k__BackingField" : cells[3];
            Assert.Equal(int.Parse(cells[0]), (int)Marshal.OffsetOf<T>(field));
            Assert.Equal(end, int.Parse(cells[0]));
            end += int.Parse(cells[1]);
        }

        Assert.Equal(Unsafe.SizeOf<T>(), end);
    }

    private static IEnumerable<string[]> Table(string heading)
        => Document.SkipWhile(line => line != $"### {heading}")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2]))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]);
}
