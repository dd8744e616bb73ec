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

    private static void AddOne(Service service) => service.Put(
        "/edgesim/v1/collections/c/points",
        new { points = new[] { new { key = 1, vector = new[] { 1f, 2, 3 } } } });

    private static JsonElement Health(Service service) =>
        service.Client.GetFromJsonAsync<JsonElement>("/healthz").Result;
}
