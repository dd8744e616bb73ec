using System.Diagnostics;
using System.Text.Json;

namespace EdgeSim.Published.Tests;

public sealed class IndexTests
{
    private const string Crow = "animals/birds/crow";

    [Fact]
    public void Index_TwoFoldersWithOneName_StoresBothAndEachOnce()
    {
        using var data = new TemporaryFolder();
        string fa = Folder(data, "fa", "a"), fb = Folder(data, "fb", "a");
        Assert.Equal((0, 1, 1), Index(data, fa));
        Assert.Equal((0, 2, 1), Index(data, fb));
        Assert.Equal((0, 2, 0), Index(data, fa + "/"));
        Assert.Equal((0, 2, 0), Index(data, fb));
    }

    [Fact]
    public void Index_LinkToTheFolderItself_StoresEachPictureOnce()
    {
        using var data = new TemporaryFolder();
        string folder = Folder(data, "photos", "a");
        File.CreateSymbolicLink(Path.Combine(folder, "loop"), ".");
        Assert.Equal((0, 1, 1), Index(data, folder));
    }

    [Fact]
    public void Index_PipesAmongFiles_AreRefusedAndTheRestIsStored()
    {
        using var data = new TemporaryFolder();
        string folder = Folder(data, "photos", "a", "b");
        File.Delete(Path.Combine(folder, "a.txt"));
        MakePipe(Path.Combine(folder, "a.txt"));
        MakePipe(Path.Combine(folder, "c.jpg"));

        Published.Run run = Published.Start(
            data.Path, "index", folder, "photos", "--captions", "captions", "--json");

        Assert.Equal(65, run.ExitCode);
        JsonElement[] reports = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(2, reports[0].GetProperty("points").GetInt32());
        Assert.Equal(
            ["a.txt", "c.jpg"],
            reports[0].GetProperty("refused").EnumerateArray()
                .Select(file => file.GetProperty("path").GetString()));
        Assert.Equal(1, reports[1].GetProperty("points").GetInt32());
        Assert.Equal((65, 2, 0), Index(data, folder));
    }

    [Fact]
    public void Index_NothingThatCanBeStored_IsNoFailureOfItsOwn()
    {
        using var data = new TemporaryFolder();
        string folder = Folder(data, "photos", "a");
        File.Delete(Path.Combine(folder, "a.txt"));
        Published.Run none = Published.Start(
            data.Path, "index", folder, "photos", "--captions", "captions");
        Assert.Equal(0, none.ExitCode);
        Assert.Contains("captions: nothing to store", none.Output);

        string pipes = data.File("pipes");
        Directory.CreateDirectory(pipes);
        MakePipe(Path.Combine(pipes, "a.jpg"));
        Published.Run refused = Published.Start(data.Path, "index", pipes, "other");
        Assert.Equal(65, refused.ExitCode);
        Assert.Contains("refused a.jpg", refused.Error);
    }

    [Fact]
    public void Index_TextsWithEndingsInCapitals_AreTexts()
    {
        using var data = new TemporaryFolder();
        string folder = data.File("notes");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "A.TXT"), "The garage door was left open.");
        Published.Run run = Published.Start(data.Path, "index", folder, "notes", "--kind", "texts");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("1 encoded and stored", run.Output);
    }

    [Fact]
    public void Demo_FolderThatIsGone_DoesNotSpoilTheNext()
    {
        using var data = new TemporaryFolder();
        string da = Folder(data, "da", "a", "b"), db = Folder(data, "db", "a", "b");
        Demo(data, da);
        Directory.Delete(da, recursive: true);
        Demo(data, db);

        // Of the same folder a picture may be gone too: the page says so.
        File.Delete(Path.Combine(db, "b.png"));
        Assert.Contains("no longer there", Demo(data, db));
    }

    /// <summary>Runs the demo and gives its page.</summary>
    private static string Demo(TemporaryFolder data, string pictures)
    {
        string sheet = data.File("sheet.html");
        Published.Run run = Published.Start(data.Path, "demo", "--pictures", pictures, "--sheet", sheet);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"\d bytes  \S+/demo-pictures-\w{8}/", run.Output);
        Assert.Matches(@"\d bytes  \S+/sheet.html", run.Output);
        return File.ReadAllText(sheet);
    }

    private static (int ExitCode, int Points, int Stored) Index(TemporaryFolder data, string folder)
    {
        Published.Run run = Published.Start(data.Path, "index", folder, "photos", "--json");
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        return (
            run.ExitCode, report.GetProperty("points").GetInt32(), report.GetProperty("stored").GetInt32());
    }

    /// <summary>A folder with the same captioned picture under each name.</summary>
    private static string Folder(TemporaryFolder data, string folder, params string[] names)
    {
        Directory.CreateDirectory(data.File(folder));
        foreach (string name in names)
        {
            foreach (string ending in new[] { ".png", ".txt" })
            {
                File.Copy(
                    Path.Combine(Published.Stamps, Crow + ending),
                    Path.Combine(data.File(folder), name + ending));
            }
        }

        return data.File(folder);
    }

    private static void MakePipe(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
