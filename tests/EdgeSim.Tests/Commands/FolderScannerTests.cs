using System.Text.Json;
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
        IndexItem[] items = [.. FolderScanner.Pictures(data.Folder)];
        Assert.Equal(["a/one.jpg", "b/two.PNG"], items.Select(item => item.Payload.Path));
        Assert.Null(items[0].Payload.Caption);
        Assert.Equal("A second one.", items[1].Payload.Caption);
        IndexItem caption = Assert.Single(FolderScanner.Captions(items));
        Assert.Equal(items[1].Key, caption.Key);
        Assert.Equal("A second one.", caption.Text);
        Assert.Equal(Path.Combine(data.Folder, "b/two.PNG"), items[1].File);
    }

    [Fact]
    public void Pictures_TwoFoldersWithOneName_HaveTwoKeys()
    {
        using var data = new TemporaryData();
        Write(data, "fa/a.jpg", "x");
        Write(data, "fb/a.jpg", "x");
        string fa = Path.Combine(data.Folder, "fa");
        ulong key = Assert.Single(FolderScanner.Pictures(fa)).Key;
        Assert.NotEqual(key, Assert.Single(FolderScanner.Pictures(Path.Combine(data.Folder, "fb"))).Key);

        // One file is one point, however its folder is named and from whichever folder above it.
        Assert.Equal(key, Assert.Single(FolderScanner.Pictures(fa + "/")).Key);
        Assert.Equal(key, Assert.Single(FolderScanner.Pictures(fa + "/../fa")).Key);
        IndexItem above = FolderScanner.Pictures(data.Folder).First();
        Assert.Equal(key, above.Key);
        Assert.True(above.Payload.IsOfSameContent(Assert.Single(FolderScanner.Pictures(fa)).Payload));
    }

    [Fact]
    public void Pictures_LinkToTheFolderItself_ComeOnce()
    {
        using var data = new TemporaryData();
        Write(data, "a.jpg", "x");
        Directory.CreateSymbolicLink(Path.Combine(data.Folder, "loop"), ".");
        Assert.Equal("a.jpg", Assert.Single(FolderScanner.Pictures(data.Folder)).Payload.Path);
    }

    /// <summary>The size and time of a link are not those of the picture.</summary>
    [Fact]
    public void Pictures_LinkToAFile_HasTheFilesSize()
    {
        using var data = new TemporaryData();
        Write(data, "elsewhere/a.jpg", new string('x', 5000));
        Directory.CreateDirectory(Path.Combine(data.Folder, "links"));
        File.CreateSymbolicLink(Path.Combine(data.Folder, "links/b.jpg"), "../elsewhere/a.jpg");
        IndexItem item = Assert.Single(FolderScanner.Pictures(Path.Combine(data.Folder, "links")));
        Assert.Equal(5000, item.Payload.Bytes);
    }

    [Fact]
    public void Pictures_CaptionThatCannotBeRead_IsRefusedAndThePictureStays()
    {
        using var data = new TemporaryData();
        Write(data, "a.jpg", "x");
        Write(data, "b.jpg", "x");
        Write(data, "b.txt", "A caption.");
        TemporaryData.MakePipe(Path.Combine(data.Folder, "a.txt"));
        IndexItem[] items = [.. FolderScanner.Pictures(data.Folder)];
        Assert.Equal(["a.jpg", "b.jpg"], items.Select(item => item.Payload.Path));
        Assert.Null(items[0].Payload.Caption);
        Assert.Equal("a.txt", items[0].CaptionRefused?.Path);
        Assert.Contains("is a pipe", items[0].CaptionRefused?.Reason);
        Assert.Equal("A caption.", items[1].Payload.Caption);
        Assert.Null(items[1].CaptionRefused);
    }

    /// <summary>Half a pair is stored as another letter, and then encoded in every run.</summary>
    [Fact]
    public void Pictures_CaptionCutInsideAnEmoji_SurvivesTheStore()
    {
        using var data = new TemporaryData();
        Write(data, "a.jpg", "x");
        Write(data, "a.txt", new string('a', Limits.CaptionLettersMax - 1) + "\U0001F415 and more");
        ItemPayload payload = Assert.Single(FolderScanner.Pictures(data.Folder)).Payload;
        Assert.Equal(Limits.CaptionLettersMax - 1, payload.Caption!.Length);
        JsonElement stored = JsonSerializer.SerializeToElement(payload, JsonFormats.Default.ItemPayload);
        Assert.True(payload.IsOfSameContent(ItemPayload.From(stored)));
    }

    [Fact]
    public void IsText_EndingInCapitals_IsText()
    {
        Assert.True(FolderScanner.IsText("/a/NOTES.TXT"));
        Assert.False(FolderScanner.IsText("/a/b.JPG"));
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
        Assert.Null(Parse("{\"a\":1}"));
        Assert.Equal(
            "x.png", Parse("{\"path\":\"x.png\",\"folder\":\"/p\",\"bytes\":1,\"modified\":2}")!.Path);

        static ItemPayload? Parse(string json) => ItemPayload.From(JsonDocument.Parse(json).RootElement);
    }

    private static void Write(TemporaryData data, string name, string content)
    {
        string path = Path.Combine(data.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
