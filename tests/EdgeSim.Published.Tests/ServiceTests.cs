using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace EdgeSim.Published.Tests;

public sealed class ServiceTests
{
    /// <summary>Bound of the issue for a service that has loaded no model.</summary>
    private const long IdleResidentBytesMax = 45L << 20;

    [Fact]
    public void Serve_RoundTrip_EncodesAddsAndFindsByVectorTextPictureAndKey()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        JsonElement health = service.Client.GetFromJsonAsync<JsonElement>("/healthz").Result;
        Assert.Equal("ok", health.GetProperty("status").GetString());

        JsonElement encoded = service.Post("/edgesim/v1/encode", new { texts = new[] { "a dog" } });
        Assert.Equal(512, encoded.GetProperty("items")[0].GetProperty("embedding").GetArrayLength());

        service.Put("/edgesim/v1/collections/notes/points", new
        {
            points = new object[]
            {
                new { key = 1, text = "a dog barks", payload = new { n = 1 } },
                new { key = 2, text = "the stock market fell" },
            },
        });
        JsonElement byText = service.Post(
            "/edgesim/v1/collections/notes/search", new { text = "a puppy", k = 2 });
        Assert.Equal(
            [1, 2],
            byText.GetProperty("matches").EnumerateArray().Select(m => m.GetProperty("key").GetInt32()));

        byte[] picture = File.ReadAllBytes(Path.Combine(Published.Stamps, "animals/birds/crow.png"));
        JsonElement stored = service.Put(
            "/edgesim/v1/collections/photos/points", new { points = new[] { new { image = picture } } });
        ulong key = stored.GetProperty("keys")[0].GetUInt64();
        using var raw = new ByteArrayContent(picture);
        raw.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        string answer = service.Client.PostAsync("/edgesim/v1/collections/photos/search?k=1", raw)
            .Result.Content.ReadAsStringAsync().Result;
        JsonElement byPicture = JsonDocument.Parse(answer).RootElement;
        Assert.Equal(key, byPicture.GetProperty("matches")[0].GetProperty("key").GetUInt64());
        Assert.Equal(key, service.Post("/edgesim/v1/collections/photos/search", new { key })
            .GetProperty("matches")[0].GetProperty("key").GetUInt64());

        service.Put(
            "/edgesim/v1/collections/raw/points",
            new { points = new[] { new { key = 7, vector = new[] { 1f, 2, 3 } } } });
        JsonElement byVector = service.Post(
            "/edgesim/v1/collections/raw/search", new { vector = new[] { 1f, 2, 2 } });
        Assert.Equal(7, byVector.GetProperty("matches")[0].GetProperty("key").GetInt32());
        Assert.Equal(3, service.Client.GetFromJsonAsync<JsonElement>("/edgesim/v1/collections").Result
            .GetProperty("collections").GetArrayLength());
        Assert.Equal(0, service.Terminate());
    }

    [Theory]
    [InlineData("POST", "/edgesim/v1/collections/none/search", """{"vector":[1]}""", 404)]
    [InlineData("POST", "/edgesim/v1/collections/c/search", """{"vector":[1],"text":"x"}""", 400)]
    [InlineData("POST", "/edgesim/v1/collections/c/search", """{"vectr":[1]}""", 400)]
    [InlineData("POST", "/edgesim/v1/collections/c/search", """{"vector":[1,""", 400)]
    [InlineData("POST", "/edgesim/v1/collections/c/search", """{"vector":[1,2,3],"k":100000}""", 400)]
    [InlineData("POST", "/edgesim/v1/collections/c/search", """{"vector":[1,2]}""", 422)]
    [InlineData("POST", "/edgesim/v1/collections/c/search", """{"text":"no model here"}""", 422)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[{"vector":[0,0,0]}]}""", 422)]
    [InlineData("PUT", "/edgesim/v1/collections/n/points", """{"points":[{"vector":[]}]}""", 422)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[{"vector":[]}]}""", 422)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[{"vector":[1e999,1,1]}]}""", 422)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[{"vector":[null,1,1]}]}""", 400)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[{"vector":[[1],1,1]}]}""", 400)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[null]}""", 400)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[{}]}""", 400)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":null}""", 400)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[]}""", 400)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[]} x""", 400)]
    [InlineData("POST", "/edgesim/v1/collections/c/search", """{"vector":[]}""", 422)]
    [InlineData("POST", "/edgesim/v1/encode", """{"texts":[null]}""", 400)]
    [InlineData("POST", "/edgesim/v1/encode", """{"texts":["\ud800"]}""", 400)]
    [InlineData("POST", "/edgesim/v1/encode", """{"images":[null]}""", 400)]
    [InlineData("POST", "/edgesim/v1/encode", """{"images":["?"]}""", 400)]
    [InlineData("PUT", "/edgesim/v1/collections/c/points", """{"points":[{"image":"JVBERi0xLjc="}]}""", 422)]
    [InlineData("POST", "/edgesim/v1/encode", """{"images":["JVBERi0xLjc="]}""", 422)]
    [InlineData("POST", "/edgesim/v1/encode", """{}""", 400)]
    [InlineData("POST", "/edgesim/v1/encode", "null", 400)]
    [InlineData("GET", "/nothing/here", "", 404)]
    public void Serve_BadRequest_GetsAStatusAndAMessage(string method, string path, string body, int status)
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        service.Put(
            "/edgesim/v1/collections/c/points",
            new { points = new[] { new { key = 1, vector = new[] { 1f, 2, 3 } } } });
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = service.Client.SendAsync(request).Result;
        string text = response.Content.ReadAsStringAsync().Result;
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.True(JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!.Length > 10);
        Assert.DoesNotContain("   at ", text);
        JsonElement found = service.Post("/edgesim/v1/collections/c/search", new { key = 1 });
        Assert.Equal(1, found.GetProperty("rowsScanned").GetInt32());
    }

    [Fact]
    public void Serve_BodyBeyondTheLimit_Gets413()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        using var content = new ByteArrayContent(new byte[(8 << 20) + 1]);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/edgesim/v1/encode");
        request.Content = content;
        // As curl does for a large body: asks first, so that the refusal is read before the body is sent.
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = service.Client.SendAsync(request).Result;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public void Serve_Idle_StaysWithinItsResidentMemory()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        Assert.Equal(HttpStatusCode.OK, service.Client.GetAsync("/healthz").Result.StatusCode);
        Assert.InRange(service.ResidentBytes, 1, IdleResidentBytesMax);
    }

    [Fact]
    public void Serve_SecondProcessOnTheSameCollection_IsToldWhoHasIt()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        service.Put(
            "/edgesim/v1/collections/c/points",
            new { points = new[] { new { key = 1, vector = new[] { 1f, 2, 3 } } } });
        Published.Run run = Published.Start(data.Path, "search", "c", "--key", "1");
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("already open", run.Error);
    }

    [Fact]
    public void Serve_KilledWhileWriting_KeepsEveryAcknowledgedPoint()
    {
        using var data = new TemporaryFolder();
        int acknowledged = 0;
        using (var service = new Service(data.Path))
        {
            var killer = new Timer(_ => service.Destroy(), null, 700, Timeout.Infinite);
            using (killer)
            {
                try
                {
                    for (int key = 1; key < 100_000; key++)
                    {
                        service.Put("/edgesim/v1/collections/c/points", Point(key));
                        acknowledged = key;
                    }
                }
                catch (AggregateException e) when (e.InnerException is HttpRequestException)
                {
                }
            }
        }

        Assert.True(acknowledged > 5, $"only {acknowledged} points before the kill");
        using var reopened = new Service(data.Path);
        long points = reopened.Client.GetFromJsonAsync<JsonElement>("/edgesim/v1/collections/c").Result
            .GetProperty("points").GetInt64();
        Assert.InRange(points, acknowledged, acknowledged + 1);
        for (int key = 1; key <= acknowledged; key++)
        {
            JsonElement match = reopened.Post("/edgesim/v1/collections/c/search", new { key, k = 1 })
                .GetProperty("matches")[0];
            Assert.Equal(key, match.GetProperty("key").GetInt32());
        }
    }

    [Fact]
    public void Serve_TerminatedWhileWriting_AnswersWhatItAcceptedAndLosesNothing()
    {
        using var data = new TemporaryFolder();
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<int>();
        using (var service = new Service(data.Path))
        {
            var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
            {
                for (int i = 0; i < 10_000; i++)
                {
                    int key = (writer * 10_000) + i + 1;
                    using HttpResponseMessage response = service.Client.PutAsync(
                        "/edgesim/v1/collections/c/points", JsonContent.Create(Point(key))).Result;
                    if (!response.IsSuccessStatusCode)
                    {
                        return;
                    }

                    acknowledged.Add(key);
                }
            })).ToArray();
            Assert.True(
                SpinWait.SpinUntil(() => acknowledged.Count > 20, 20_000), "no writes were acknowledged");
            Assert.Equal(0, service.Terminate());
            Assert.Contains("Stopped; everything acknowledged is on disk", service.Log);
            Task.WhenAll(writers).ContinueWith(_ => { }).Wait();
        }

        using var reopened = new Service(data.Path);
        foreach (int key in acknowledged)
        {
            Assert.Equal(key, reopened.Post("/edgesim/v1/collections/c/search", new { key, k = 1 })
                .GetProperty("matches")[0].GetProperty("key").GetInt32());
        }
    }

    /// <summary>Runtimes differ in what they do with a signal before the program hears of it.</summary>
    [Fact]
    public void Serve_OfTheOtherBuildTerminated_StopsInOrder()
    {
        using var data = new TemporaryFolder();
        using Service service = Service.OfRunScript(data.Path);
        service.Put("/edgesim/v1/collections/c/points", Point(1));
        Assert.Equal(0, service.Terminate());
        Assert.Contains("Stopped; everything acknowledged is on disk", service.Log);
    }

    [Fact]
    public void Serve_TerminatedWithSecondsOfWorkWaiting_AnswersAllOfIt()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        string text = string.Concat(Enumerable.Repeat("The garage door was left open again. ", 30));
        Task<HttpResponseMessage> Put(int writer) => service.Client.PutAsync(
            "/edgesim/v1/collections/slow/points",
            new StringContent(
                JsonSerializer.Serialize(new
                {
                    points = Enumerable.Range(1, 256).Select(i => new { key = (writer * 1000) + i, text }),
                }),
                Encoding.UTF8,
                "application/json"));

        // About five seconds of work for the one encoder; the stop comes when the first answer is there.
        Task<HttpResponseMessage>[] writers = [.. Enumerable.Range(0, 6).Select(Put)];
        Task.WaitAny(writers);
        var stopping = Stopwatch.StartNew();
        Assert.Equal(0, service.Terminate());
        HttpResponseMessage[] responses = Task.WhenAll(writers).Result;
        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.True(stopping.Elapsed > TimeSpan.FromSeconds(2), $"only {stopping.Elapsed} of work was left");
        Assert.Contains("Stopped; everything acknowledged is on disk", service.Log);
    }

    [Fact]
    public void Serve_JsonLog_IsOneJsonObjectALine()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path, "--log", "json");
        _ = service.Client.GetAsync("/edgesim/v1/collections").Result;
        service.Terminate();
        string[] lines = service.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 3);
        Assert.All(
            lines,
            line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
    }

    /// <summary>A direction of the key's own, so that a search for a key finds that key first.</summary>
    private static object Point(int key)
    {
        float[] vector = [.. Enumerable.Range(1, 32).Select(i => MathF.Sin(key * i * 0.7f))];
        return new { points = new[] { new { key, vector } } };
    }
}
