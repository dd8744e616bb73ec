using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace EdgeSim.Published.Tests;

/// <summary>What clients can do to a service that they do not wish well.</summary>
public sealed class ServiceLimitsTests
{
    private const string Search = "POST /edgesim/v1/collections/c/search HTTP/1.1\nHost: localhost\n"
        + "Content-Type: application/json\n";

    [Fact]
    public void Serve_ManyReadsAtOnce_AllAreAnswered()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        HttpResponseMessage[] replies = Task.WhenAll(Enumerable.Range(0, 32)
            .Select(_ => service.Client.GetAsync("/edgesim/v1/collections"))).Result;
        Assert.All(replies, reply => Assert.Equal(HttpStatusCode.OK, reply.StatusCode));
    }

    [Fact]
    public void Serve_SlowUploads_NeitherHoldTheServiceNorLast()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        AddOne(service);
        List<RawHttp> slow = [];
        for (int i = 0; i < 8; i++)
        {
            slow.Add(RawHttp.Send(service, Search + "Transfer-Encoding: chunked\n\n5\n{\"k\":\n"));
            slow.Add(RawHttp.Send(service, Search + "Content-Length: 2000000\n\n{\"k\":"));
        }

        JsonElement found = service.Post("/edgesim/v1/collections/c/search", new { key = 1 });
        Assert.Equal(1, found.GetProperty("rowsScanned").GetInt32());
        foreach (RawHttp raw in slow)
        {
            Assert.StartsWith("HTTP/1.1 408", raw.Read("\"error\""));
            raw.Dispose();
        }

        Assert.Equal(0, Health(service).GetProperty("bodyBytes").GetInt64());
    }

    [Fact]
    public void Serve_VectorOf5000Numbers_IsRefusedWithTheLimit()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        using HttpResponseMessage reply = service.Client.PutAsync(
            "/edgesim/v1/collections/v/points",
            JsonContent.Create(new { points = new[] { new { vector = new float[5000] } } })).Result;
        Assert.Equal(422, (int)reply.StatusCode);
        Assert.Contains("4096", reply.Content.ReadAsStringAsync().Result);
        Assert.False(Directory.Exists(Path.Combine(data.Path, "collections", "v")));
    }

    [Fact]
    public void Serve_AddressThatCannotBeHad_IsAMessageAndAnExitCode()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        string taken = service.Client.BaseAddress!.Authority;
        foreach (string address in new[] { taken, "203.0.113.7:7799" })
        {
            Published.Run run = Published.Start(data.Path, "serve", "--insecure", "--listen", address);
            Assert.Equal(69, run.ExitCode);
            Assert.Contains($"Cannot listen on {address}", run.Error);
            Assert.Single(run.Error.Trim().Split('\n'));
        }
    }

    [Fact]
    public void Serve_BodiesOfManyTinyThings_AreRefusedAndHarmNobody()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        AddOne(service);
        (string Path, string Body)[] attacks =
        [
            ("encode", $$"""{"texts":[{{Many("\"a\"", 2_000_000)}}]}"""),
            ("points", $$$"""{"points":[{"vector":[1],"payload":{"a":[{{{Many("1", 4_000_000)}}}]}}]}"""),
            ("points", $$"""{"points":[{{Many("{}", 2_700_000)}}]}"""),
            ("points", $$$"""{"points":[{"vector":[{{{Many("1", 4_000_000)}}}]}]}"""),
        ];
        for (int round = 0; round < 3; round++)
        {
            var replies = attacks.Select(attack => Send(service, attack.Path, attack.Body)).ToArray();
            for (int i = 0; i < 10; i++)
            {
                AddOne(service);
            }

            foreach (Task<HttpResponseMessage> reply in replies)
            {
                string text = reply.Result.Content.ReadAsStringAsync().Result;
                Assert.True((int)reply.Result.StatusCode is 400 or 422 or 503, text);
                reply.Result.Dispose();
            }
        }

        Assert.DoesNotContain("defect", service.Log);
        Assert.InRange(service.ResidentBytes, 1, 256 << 20);
    }

    [Fact]
    public void Serve_ConnectionBeyondTheLimit_IsToldSo_AndIdleOnesAreClosed()
    {
        const int ConnectionsMax = 64;
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        var idle = Enumerable.Range(0, ConnectionsMax).Select(_ => new RawHttp(service)).ToArray();
        string refusal = "";
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    using var raw = RawHttp.Send(service, "GET /healthz HTTP/1.1\nHost: localhost\n\n");
                    refusal = raw.Read("}");
                    return refusal.StartsWith("HTTP/1.1 503", StringComparison.Ordinal);
                },
                5000),
            refusal);
        Assert.Contains("Retry-After: 1\r\n", refusal);
        string body = refusal[(refusal.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.Contains(
            $"{ConnectionsMax} connections",
            JsonDocument.Parse(body).RootElement.GetProperty("error").GetString());

        // Whoever is silent is closed after ten seconds and a timer's step; cut off, if it was one too many.
        Assert.All(idle, raw => Assert.True(raw.Read() is "" or "(reset)"));
        JsonElement health = Health(service);
        Assert.InRange(health.GetProperty("connections").GetInt32(), 1, 2);
        Assert.InRange(health.GetProperty("connectionsRefused").GetInt32(), 1, 1000);
        foreach (RawHttp raw in idle)
        {
            raw.Dispose();
        }
    }

    private static string Many(string element, int count) =>
        string.Join(',', Enumerable.Repeat(element, count));

    private static Task<HttpResponseMessage> Send(Service service, string path, string body)
    {
        var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return path == "encode"
            ? service.Client.PostAsync("/edgesim/v1/encode", content)
            : service.Client.PutAsync("/edgesim/v1/collections/c/points", content);
    }

    private static void AddOne(Service service) => service.Put(
        "/edgesim/v1/collections/c/points",
        new { points = new[] { new { key = 1, vector = new[] { 1f, 2, 3 } } } });

    private static JsonElement Health(Service service) =>
        service.Client.GetFromJsonAsync<JsonElement>("/healthz").Result;
}
