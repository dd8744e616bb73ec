using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>Files larger than the memory they are given.</summary>
public sealed class ResidencyTests
{
    private const int Dimension = 64;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Search_WithinAShareSmallerThanTheFile_IsTheSame(bool isGraph)
    {
        using var directory = new TemporaryDirectory();
        int count = Emulation.Choose(40_000, 20_000);
        CollectionSettings settings = (isGraph ? Graphs.Quiet : Rows.Quiet) with
        {
            SealBytes = IndexLimits.SealBytesMax,
        };
        using (Collection made = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, Dimension), settings))
        {
            Graphs.Add(made, 0, Clusters.Unit(count, Dimension, 100, 0.5, 3));
            made.Seal();
        }

        float[] query = Clusters.Unit(1, Dimension, 100, 0.5, 3, 1);
        var options = new SearchOptions { Effort = new SearchEffort(SearchStrategy.Hnsw, 40) };
        Match[] whole = Ask(directory, settings, query, options, out _);
        Match[] limited = Ask(
            directory,
            settings with { MappedBytesMax = IndexLimits.MappedBytesMin },
            query,
            options,
            out long resident);
        Assert.Equal(whole, limited);
        Assert.InRange(resident, 0, 3 * IndexLimits.MappedBytesMin);
    }

    private static Match[] Ask(
        TemporaryDirectory directory,
        CollectionSettings settings,
        float[] query,
        SearchOptions options,
        out long resident)
    {
        using Collection collection = Collection.Open(directory.Sub("c"), settings);
        var scratch = new SearchScratch();
        var matches = new Match[10];
        using CollectionReader reader = collection.Read();
        for (int i = 0; i < 20; i++)
        {
            reader.Search(query, options with { Exact = i % 2 == 0, Effort = null }, scratch, matches);
            reader.Search(query, options, scratch, matches);
        }

        resident = ResidentBytes(reader.Snapshot.Views[0].Segment);
        return matches;
    }

    /// <summary>What the system says of this process's pages of a file.</summary>
    private static long ResidentBytes(Segment segment)
    {
        bool isFile = false;
        long bytes = 0;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Contains('-') && line.Contains(' ') && !line.Contains(" kB"))
            {
                isFile = line.EndsWith(segment.Path, StringComparison.Ordinal);
            }
            else if (isFile && line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                bytes += 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
            }
        }

        return bytes;
    }
}
