using EdgeSim.Engine;
using EdgeSim.Engine.Replies;
using EdgeSim.Engine.Requests;

namespace EdgeSim.Tests;

/// <summary>A data folder of its own, with an engine over it that needs no model.</summary>
internal sealed class TemporaryData : IDisposable
{
    public TemporaryData()
    {
        Folder = Directory.CreateTempSubdirectory("edgesim-tests-").FullName;
        Options = new ProgramOptions(Folder, Path.Combine(Folder, "models"), 256 << 20, 1);
        Engine = new SimilarityEngine(Options);
    }

    public string Folder { get; }

    public ProgramOptions Options { get; }

    public SimilarityEngine Engine { get; private set; }

    public AddReply Add(ulong key, params float[] vector) =>
        (AddReply)Engine.Execute(
            new AddRequest("c", null, [new NewPoint(key, PointInput.FromVector(vector), default)]));

    public SearchReply Search(int k, params float[] vector) =>
        (SearchReply)Engine.Execute(new SearchRequest("c", PointInput.FromVector(vector), k));

    public void Reopen()
    {
        Engine.Dispose();
        Engine = new SimilarityEngine(Options);
    }

    /// <summary>A named pipe: whoever opens it waits for the other end.</summary>
    public static void MakePipe(string path)
    {
        using var process = System.Diagnostics.Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose()
    {
        Engine.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
