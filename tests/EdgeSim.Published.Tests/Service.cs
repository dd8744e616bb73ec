using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeSim.Published.Tests;

/// <summary><c>edgesim serve</c> as a process of its own, on a free port.</summary>
internal sealed partial class Service : IDisposable
{
    private readonly Process process;
    private readonly List<string> log = [];

    public Service(string data, params string[] more)
        : this(Published.Launch(Published.Binary, data, ["serve", "--listen", "127.0.0.1:0", .. more]))
    {
    }

    private Service(Process started)
    {
        process = started;
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, e) => Note(e.Data, address);
        process.BeginErrorReadLine();
        Assert.True(
            address.Task.Wait(TimeSpan.FromSeconds(30)) && address.Task.Result.Length > 0,
            "serve did not say where it listens:\n" + Log);
        Client = new HttpClient
        {
            BaseAddress = new Uri(address.Task.Result),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>
    /// The build that <c>./run.sh serve</c> starts: compiled at run time, of the newer framework.
    /// </summary>
    public static Service OfRunScript(string data) => new(Published.Launch(
        Path.Combine(Published.Root, "artifacts/net10.0/bin/EdgeSim/release/edgesim"),
        data,
        ["serve", "--listen", "127.0.0.1:0"]));

    public HttpClient Client { get; }

    public string Log
    {
        get { lock (log) { return string.Join('\n', log); } }
    }

    /// <summary>Resident memory in bytes, as the kernel counts it.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{process.Id}/status").First(
                l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(Digits().Match(line).Value) << 10;
        }
    }

    public JsonElement Put(string path, object body) =>
        Read(Client.PutAsync(path, JsonContent.Create(body)).Result);

    public JsonElement Post(string path, object body) =>
        Read(Client.PostAsync(path, JsonContent.Create(body)).Result);

    /// <summary>SIGTERM, then the exit code.</summary>
    public int Terminate()
    {
        Assert.Equal(0, Kill(process.Id, 15));
        Assert.True(process.WaitForExit(30_000), "serve did not stop on SIGTERM");

        // Only the wait without a limit also waits for the last lines of the log.
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>SIGKILL: what a power cut is to a process.</summary>
    public void Destroy()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Destroy();
        }

        Client.Dispose();
        process.Dispose();
    }

    /// <summary>
    /// Keeps a line of the log; the first address in it, or the log's end, answers the constructor.
    /// </summary>
    private void Note(string? line, TaskCompletionSource<string> address)
    {
        if (line is null)
        {
            address.TrySetResult("");
            return;
        }

        lock (log)
        {
            log.Add(line);
        }

        if (Address().Match(line) is { Success: true } match)
        {
            address.TrySetResult(match.Value);
        }
    }

    private static JsonElement Read(HttpResponseMessage response)
    {
        string text = response.Content.ReadAsStringAsync().Result;
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
