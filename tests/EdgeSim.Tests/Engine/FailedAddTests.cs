using System.Runtime.InteropServices;
using EdgeSim.Encoders;
using EdgeSim.Engine;
using EdgeSim.Engine.Replies;
using EdgeSim.Engine.Requests;
using EdgeSim.Index;

namespace EdgeSim.Tests.Engine;

/// <summary>"Completely or not at all": what a refused add leaves behind is nothing.</summary>
public sealed partial class FailedAddTests
{
    public static TheoryData<float[][]> BadVectors => new(
        new float[][] { [0, 0, 0] },
        new float[][] { [1, float.PositiveInfinity] },
        new float[][] { [1, 2], [1, 2, 3] },
        new float[][] { [1, 2], [0, 0] },
        new float[][] { [] },
        new float[][] { new float[Limits.DimensionMax + 1] });

    [Theory]
    [MemberData(nameof(BadVectors))]
    public void Add_RefusedVectors_LeaveNoCollection(float[][] vectors)
    {
        using var data = new TemporaryData();
        NewPoint[] points = [.. vectors.Select(v => new NewPoint(null, PointInput.FromVector(v), default))];
        Exception e = Assert.ThrowsAny<Exception>(
            () => data.Engine.Execute(new AddRequest("v", null, points)));
        Assert.True(e is VectorException or UserException { Code: ExitCode.Data }, e.ToString());
        AssertNothing(data);
        Assert.Equal(1, data.Add(1, 1, 2, 3, 4).Points);
    }

    [Fact]
    public void Add_InputThatNoModelTakes_LeavesNoCollection()
    {
        using var data = new TemporaryData();
        foreach (PointInput input in new[] { PointInput.FromText("a"), PointInput.FromImage(new byte[9]) })
        {
            Assert.ThrowsAny<ModelException>(
                () => data.Engine.Execute(new AddRequest("v", null, [new NewPoint(1, input, default)])));
        }

        UserException key = Assert.Throws<UserException>(() => data.Engine.Execute(
            new AddRequest("v", null, [new NewPoint(1, PointInput.FromKey(5), default)])));
        Assert.Contains("a key is not enough", key.Message);
        AssertNothing(data);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("{\"a\":\"\u00ff\"}")]
    public void Add_PayloadThatNoReplyCouldCarry_LeavesNoCollection(string latin)
    {
        using var data = new TemporaryData();
        byte[] payload = System.Text.Encoding.Latin1.GetBytes(latin);
        var point = new NewPoint(1, PointInput.FromVector([1, 2]), payload);
        UserException e = Assert.Throws<UserException>(
            () => data.Engine.Execute(new AddRequest("v", null, [point])));
        Assert.Equal(ExitCode.Data, e.Code);
        AssertNothing(data);
    }

    [Fact]
    public void Add_TextAmongVectors_LeavesNoCollection()
    {
        using var data = new TemporaryData();
        NewPoint[] points =
        [
            new(1, PointInput.FromVector([1, 2]), default),
            new(2, PointInput.FromText("a"), default),
        ];
        Assert.Throws<UserException>(() => data.Engine.Execute(new AddRequest("v", null, points)));
        AssertNothing(data);
    }

    [Fact]
    public void Add_DiskIsFull_LeavesNoCollectionAndAnOlderOneAsItWas()
    {
        using var data = new TemporaryData();
        string disk = Directory.CreateDirectory(Path.Combine(data.Folder, "collections")).FullName;
        Assert.SkipWhen(
            Mount("tmpfs", disk, "tmpfs", 0, "size=1m") != 0, "Mounting a small disk needs root.");
        try
        {
            data.Add(1, 1, 2, 3);
            Assert.Throws<IndexStorageException>(() => AddMuch(data, "v"));
            Assert.False(Directory.Exists(Path.Combine(disk, "v")));
            Assert.Throws<IndexStorageException>(() => AddMuch(data, "c"));
            data.Reopen();
            Assert.Equal(1, data.Search(1, 1, 2, 3).RowsScanned);
            Assert.Equal(2, data.Add(2, 3, 2, 1).Points);
            data.Engine.Dispose();
        }
        finally
        {
            Assert.Equal(0, Unmount(disk));
        }
    }

    private static void AddMuch(TemporaryData data, string collection)
    {
        NewPoint[] points = [.. Enumerable.Range(1, Limits.BatchItemsMax).Select(i => new NewPoint(
            (ulong)i, PointInput.FromVector([i, 2, 3]), Payload()))];
        data.Engine.Execute(new AddRequest(collection, null, points));
    }

    private static byte[] Payload() => System.Text.Encoding.ASCII.GetBytes(
        $$"""{"a":"{{new string('x', Limits.PayloadBytesMax - 8)}}"}""");

    private static void AssertNothing(TemporaryData data)
    {
        Assert.False(Directory.Exists(Path.Combine(data.Folder, "collections", "v")));
        Assert.Empty(((CollectionsReply)data.Engine.Execute(new CollectionsRequest(null))).Collections);
    }

    [LibraryImport(
        "libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport(
        "libc", EntryPoint = "umount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target);
}
