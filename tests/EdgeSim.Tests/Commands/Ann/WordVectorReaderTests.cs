using System.Text;
using EdgeSim.Commands;
using EdgeSim.Commands.Ann;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class WordVectorReaderTests
{
    [Fact]
    public void Read_Vectors_PassesOverTheRest()
    {
        const string Json = """
            {"size":2,"words":["vectors",[1,2,3]],"more":{"a":[9,9,9]},
            "vectors":{"a":[1,-2.5,77,0],"\"[":[3e-1,4,5]},"unkVector":[0,0,0]}
            """;
        Assert.Equal([[1f, -2.5f], [0.3f, 4f]], Read(Json));
    }

    [Fact]
    public void Read_LongerThanTheBuffer_LosesNothing()
    {
        var json = new StringBuilder("{\"vectors\":{");
        const int Words = 150_000;
        for (int i = 0; i < Words; i++)
        {
            json.Append(i == 0 ? "" : ",").Append($"\"w{i}\":[{i},0.5]");
        }

        List<float[]> read = Read(json.Append("}}").ToString());
        Assert.Equal(Words, read.Count);
        Assert.Equal(Words - 1, read[^1][0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"vectors\":{\"a\":[1]}}")]
    [InlineData("{\"vectors\":{\"a\":[1,2")]
    [InlineData("{\"vectors\":{\"a\":[1,x]}}")]
    public void Read_OfSomethingElse_IsRefused(string json) =>
        Assert.Equal(ExitCode.Data, Assert.Throws<UserException>(() => Read(json)).Code);

    [Fact]
    public void Split_Words_HoldsQueriesOutOfTheBase()
    {
        using var files = new AnnFiles();
        string zeros = string.Concat(Enumerable.Repeat(",0", 99));
        string json = "{\"vectors\":{"
            + string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"w{i}\":[{i}{zeros}]")) + "}}";
        var request = new DatasetRequest(
            files.Folder, null, 0, 0, new Output(TextWriter.Null, TextWriter.Null));
        WordVectors.Split(new MemoryStream(Encoding.UTF8.GetBytes(json)), 50, 8, request);
        using VectorFile rows = VectorFile.Open(request.BasePath);
        using VectorFile queries = VectorFile.Open(request.QueryPath);
        List<float> first = [.. First(rows)], asked = [.. First(queries)];
        Assert.Equal(42, first.Count);
        Assert.Equal(8, asked.Count);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (float)i), first.Concat(asked).Order());
        Assert.Equal(first.Order(), first);
    }

    private static IEnumerable<float> First(VectorFile file)
    {
        var row = new float[file.Dimension];
        for (int i = 0; i < file.Count; i++)
        {
            file.Read(i, row);
            yield return row[0];
        }
    }

    private static List<float[]> Read(string json)
    {
        var read = new List<float[]>();
        new WordVectorReader(new MemoryStream(Encoding.UTF8.GetBytes(json)), 2)
            .Read(vector => read.Add(vector.ToArray()));
        return read;
    }
}
