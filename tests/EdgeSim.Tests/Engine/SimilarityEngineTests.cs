using EdgeSim.Engine;
using EdgeSim.Engine.Replies;
using EdgeSim.Engine.Requests;
using EdgeSim.Index;

namespace EdgeSim.Tests.Engine;

public sealed class SimilarityEngineTests
{
    [Fact]
    public void Add_ThenReopen_FindsThePoint()
    {
        using var data = new TemporaryData();
        data.Add(5, 1, 0, 0);
        data.Add(6, 0, 1, 0);
        data.Reopen();
        SearchReply reply = data.Search(2, 0.9f, 0.1f, 0);
        Assert.Equal([5UL, 6UL], reply.Matches.Select(m => m.Key));
        Assert.True(reply.Complete);
        Assert.Equal(2, reply.RowsScanned);
    }

    [Fact]
    public void Add_SameKeyTwice_Replaces()
    {
        using var data = new TemporaryData();
        data.Add(5, 1, 0, 0);
        AddReply reply = data.Add(5, 0, 1, 0);
        Assert.Equal(1, reply.Points);
        Assert.Equal(1, data.Search(1, 0, 1, 0).Matches[0].Score, 3);
    }

    [Fact]
    public void Add_OneBadVectorOfThree_StoresNone()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        NewPoint[] points =
        [
            new(2, PointInput.FromVector([1, 1, 0]), default),
            new(3, PointInput.FromVector([1, float.NaN, 0]), default),
            new(4, PointInput.FromVector([0, 1, 0]), default),
        ];
        Assert.Throws<VectorException>(() => data.Engine.Execute(new AddRequest("c", null, points)));
        data.Add(9, 0, 0, 1);
        Assert.Equal([1UL, 9UL], data.Search(10, 1, 1, 1).Matches.Select(m => m.Key).Order());
    }

    [Fact]
    public void Add_WrongDimension_NamesBoth()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        UserException e = Assert.Throws<UserException>(() => data.Add(2, 1, 0));
        Assert.Equal(ExitCode.Data, e.Code);
        Assert.Contains("2 numbers", e.Message);
        Assert.Contains("vectors of 3", e.Message);
    }

    [Fact]
    public void Add_PayloadBeyondTheLimit_IsRefused()
    {
        using var data = new TemporaryData();
        var point = new NewPoint(1, PointInput.FromVector([1, 2]), new byte[Limits.PayloadBytesMax + 1]);
        UserException e = Assert.Throws<UserException>(
            () => data.Engine.Execute(new AddRequest("c", null, [point])));
        Assert.Contains(Limits.PayloadBytesMax.ToString(), e.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("ü")]
    public void Collection_NameThatCannotBeAFolder_IsRefused(string name)
    {
        using var data = new TemporaryData();
        UserException e = Assert.Throws<UserException>(
            () => data.Engine.Execute(new SearchRequest(name, PointInput.FromKey(1), 1)));
        Assert.Equal(ExitCode.Usage, e.Code);
    }

    [Fact]
    public void Search_TextInACollectionWithoutModel_SaysThatItTakesVectors()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        UserException e = Assert.Throws<UserException>(
            () => data.Engine.Execute(new SearchRequest("c", PointInput.FromText("x"), 1)));
        Assert.Contains("takes vectors only", e.Message);
    }

    [Fact]
    public void Key_DerivedFromContent_IsStableAndExactInJson()
    {
        Assert.Equal(PointKey.OfText("a dog"), PointKey.OfText("a dog"));
        Assert.NotEqual(PointKey.OfText("a dog"), PointKey.OfPath("a dog"));
        for (int i = 0; i < 1000; i++)
        {
            ulong key = PointKey.OfText(i.ToString());
            Assert.Equal(key, (ulong)(double)key);
        }
    }
}
