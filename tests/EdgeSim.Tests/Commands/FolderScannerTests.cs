using EdgeSim.Commands;

namespace EdgeSim.Tests.Commands;

public sealed class FolderScannerTests
{
    [Fact]
    public void Pictures_InSubfolders_ComeInOrdinalOrderWithTheirCaptions()
    {
        using var data = new TemporaryData();
        Write(data, "b/two.PNG", "x");
        Write(data, "b/two.txt", "  A second one. \nsecond line");
        Write(data, "a/one.jpg", "x");
        Write(data, "a/notes.md", "not a picture");
        IReadOnlyList<IndexItem> items = FolderScanner.Pictures(data.Folder);
        Assert.Equal(["a/one.jpg", "b/two.PNG"], items.Select(item => item.Payload.Path));
        Assert.Null(items[0].Payload.Caption);
        Assert.Equal("A second one.", items[1].Payload.Caption);
        IndexItem caption = Assert.Single(FolderScanner.Captions(items));
        Assert.Equal(items[1].Key, caption.Key);
        Assert.Equal("A second one.", caption.Text);
        Assert.Null(caption.File);
    }

    [Fact]
    public void Texts_LongFirstLine_IsCut()
    {
        using var data = new TemporaryData();
        Write(data, "long.txt", new string('a', 10_000));
        Assert.InRange(Assert.Single(FolderScanner.Texts(data.Folder)).Payload.Caption!.Length, 1, 400);
    }

    [Fact]
    public void Pictures_NoSuchFolder_IsRefused() =>
        Assert.Equal(
            ExitCode.NoInput,
            Assert.Throws<UserException>(() => FolderScanner.Pictures("/nowhere/at/all")).Code);

    [Fact]
    public void Payload_ThatIsSomethingElse_IsNotAnItem()
    {
        Assert.Null(ItemPayload.From("{\"a\":1}"u8));
        Assert.Null(ItemPayload.From(default(ReadOnlySpan<byte>)));
        Assert.Equal(
            "x.png",
            ItemPayload.From("{\"path\":\"x.png\",\"folder\":\"/p\",\"bytes\":1,\"modified\":2}"u8)!.Path);
    }

    private static void Write(TemporaryData data, string name, string content)
    {
        string path = Path.Combine(data.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
