using EdgeSim.Engine;
using EdgeSim.Engine.Replies;
using EdgeSim.Engine.Requests;
using EdgeSim.Index;

namespace EdgeSim.Tests.Engine;

public sealed class CollectionListTests
{
    private const int Many = Limits.CollectionsOpenMax + 3;

    [Fact]
    public void List_MoreCollectionsThanMayBeOpen_ListsAllAndAllCanBeUsed()
    {
        using var data = new TemporaryData();
        for (int i = 0; i < Many; i++)
        {
            Add(data, $"c{i:D2}", 1);
        }

        Assert.Equal(Many, List(data).Length);
        Assert.All(List(data), item => Assert.Equal(1, item.Points));
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < Many; i++)
            {
                Assert.Equal(2, Add(data, $"c{i:D2}", 2));
            }
        }
    }

    [Fact]
    public void Get_MoreThanMayBeOpen_ClosesTheOneAskedForLongestAgo()
    {
        using var data = new TemporaryData();
        using var set = new CollectionSet(data.Options.CollectionsFolder);
        CollectionOptions options = CollectionOptions.Of(
            new VectorOptions { Dimension = 2, Metric = Metric.Cosine, Fingerprint = "" });
        for (int i = 0; i < Limits.CollectionsOpenMax; i++)
        {
            set.Create($"c{i}", options);
        }

        Collection first = set.Get("c0");
        set.Create("one-more", options);
        Assert.Equal(Limits.CollectionsOpenMax, set.OpenCount);
        Assert.Same(first, set.Get("c0"));
        Collection.Open(Path.Combine(data.Options.CollectionsFolder, "c1")).Dispose();
        Assert.Throws<IndexLockedException>(
            () => Collection.Open(Path.Combine(data.Options.CollectionsFolder, "c2")));
    }

    [Fact]
    public void List_OneDamagedOneMisnamed_SaysSoAndListsTheOthers()
    {
        using var data = new TemporaryData();
        foreach (string name in new[] { "a", "b", "c", "d" })
        {
            Add(data, name, 1);
        }

        data.Reopen();
        string folder = data.Options.CollectionsFolder;
        string log = Directory.GetFiles(Path.Combine(folder, "b"), "log-*").Single();
        using (FileStream file = File.OpenWrite(log))
        {
            file.SetLength(90);
        }

        Directory.Move(Path.Combine(folder, "c"), Path.Combine(folder, "c with spaces"));
        CollectionItem[] items = List(data);
        Assert.Equal(["a", "b", "c with spaces", "d"], items.Select(item => item.Name));
        Assert.Equal([null, null, 1L], items.Where((_, i) => i != 0).Select(item => item.Points));
        Assert.Contains("the logs end with batch 0", items[1].Error);
        Assert.Contains("cannot be a collection's name", items[2].Error);
        Assert.Throws<IndexCorruptException>(() => data.Engine.Execute(new CollectionsRequest("b")));
        Assert.Equal(2, Add(data, "d", 2));
    }

    [Fact]
    public void List_LocksNothing()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 2);
        data.Reopen();
        Assert.Single(List(data));
        data.Engine.Execute(new CollectionsRequest("c"));
        using (Collection other = Collection.Open(Path.Combine(data.Options.CollectionsFolder, "c")))
        {
            Assert.Equal(1, List(data)[0].Points);
        }
    }

    [Fact]
    public void List_CollectionThatIsOpen_CountsEveryKeyOnce()
    {
        using var data = new TemporaryData();
        for (int round = 0; round < 3; round++)
        {
            for (ulong key = 1; key < 6; key++)
            {
                data.Add(key, 1, 2);
            }
        }

        CollectionItem open = List(data)[0];
        data.Reopen();
        Assert.Equal(5, open.Points);
        Assert.Equal(open, List(data)[0]);
    }

    private static long Add(TemporaryData data, string collection, ulong key) =>
        ((AddReply)data.Engine.Execute(new AddRequest(
            collection, null, [new NewPoint(key, PointInput.FromVector([1, 2]), default)]))).Points;

    private static CollectionItem[] List(TemporaryData data) =>
        [.. ((CollectionsReply)data.Engine.Execute(new CollectionsRequest(null))).Collections];
}
