using System.Text;
using System.Text.Json;

namespace EdgeSim.Published.Tests;

/// <summary>Which answer means what: statuses, headers, and a reason in every body.</summary>
public sealed class ServiceStatusTests
{
    private const string Put = "/edgesim/v1/collections/n/points";

    [Theory]
    [InlineData("POST", "/edgesim/v1/encode", """{"texts":["a"],"model":"nope"}""", 404)]
    [InlineData("POST", "/edgesim/v1/encode", """{"texts":["a"],"model":"../x"}""", 404)]
    [InlineData("POST", "/edgesim/v1/encode", """{"texts":["a"],"model":"mobilenetv2-openimages"}""", 422)]
    [InlineData("PUT", Put, """{"model":"nope","points":[{"text":"a"}]}""", 404)]
    [InlineData("PUT", Put, """{"model":"nope","points":[{"vector":[1]}]}""", 404)]
    [InlineData("GET", "/edgesim/v1/collections/none", "", 404)]
    [InlineData("GET", "/edgesim/v1/collections/n%20m", "", 400)]
    [InlineData("GET", "/foo.txt", "", 404)]
    [InlineData("GET", "/", "", 404)]
    [InlineData("DELETE", "/healthz", "", 405)]
    [InlineData("DELETE", "/edgesim/v1/collections/c", "", 405)]
    [InlineData("GET", "/edgesim/v1/encode", "", 405)]
    [InlineData("OPTIONS", Put, "", 405)]
    public void Serve_Refusal_HasItsStatusAndAReason(string method, string path, string body, int status)
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = service.Client.SendAsync(request).Result;
        AssertReason(status, response);
        Assert.Null(response.Headers.RetryAfter);
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
        Assert.False(Directory.Exists(Path.Combine(data.Path, "collections", "n")));
    }

    [Fact]
    public void Serve_Head_IsGetWithoutABody()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        foreach (string path in new[] { "/healthz", "/edgesim/v1/collections" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            using HttpResponseMessage response = service.Client.SendAsync(request).Result;
            Assert.Equal(200, (int)response.StatusCode);
            Assert.Equal("", response.Content.ReadAsStringAsync().Result);
        }
    }

    [Fact]
    public void Serve_CollectionThatAnotherProcessHas_Is503WithATimeToTryAgain()
    {
        using var data = new TemporaryFolder();
        using var first = new Service(data.Path);
        using var second = new Service(data.Path);
        var content = new StringContent(
            """{"points":[{"key":1,"vector":[1,2]}]}""", Encoding.UTF8, "application/json");
        Assert.True(first.Client.PutAsync(Put, content).Result.IsSuccessStatusCode);
        using HttpResponseMessage response = second.Client.PutAsync(Put, content).Result;
        AssertReason(503, response);
        Assert.NotNull(response.Headers.RetryAfter);
        string list = second.Client.GetStringAsync("/edgesim/v1/collections").Result;
        Assert.Contains("\"points\":1", list);
    }

    [Fact]
    public void Serve_ModelThatIsNotInstalled_Is503WithoutATimeToTryAgain()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path, "--models", data.File("none"));
        var content = new StringContent("""{"texts":["a"]}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = service.Client.PostAsync("/edgesim/v1/encode", content).Result;
        AssertReason(503, response);
        Assert.Null(response.Headers.RetryAfter);
    }

    [Fact]
    public void Serve_HostOfAnotherName_Is421UnlessInsecure()
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        using var open = new Service(data.Path, "--insecure");
        foreach (string path in new[] { "/healthz", "/edgesim/v1/collections", "/nothing" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = "rebound.example:7700";
            AssertReason(421, service.Client.SendAsync(request).Result);
            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.Host = "rebound.example:7700";
            Assert.NotEqual(421, (int)open.Client.SendAsync(again).Result.StatusCode);
        }
    }

    [Theory]
    [InlineData("/edgesim/v1/encode", "text/plain", 415)]
    [InlineData("/edgesim/v1/encode", "application/x-www-form-urlencoded", 415)]
    [InlineData("/edgesim/v1/encode", "application/octet-stream", 415)]
    [InlineData("/edgesim/v1/encode", "application/json; charset=utf-16", 415)]
    [InlineData("/edgesim/v1/encode", null, 415)]
    [InlineData("/edgesim/v1/encode", "application/json; charset=UTF-8", 400)]
    [InlineData("/edgesim/v1/encode", "APPLICATION/JSON", 400)]
    [InlineData("/edgesim/v1/encode", "image/png", 422)]
    [InlineData("/edgesim/v1/collections/c/search", "text/plain", 415)]
    [InlineData(Put, "image/png", 415)]
    public void Serve_BodyOfAnotherType_Is415(string path, string? type, int status)
    {
        using var data = new TemporaryFolder();
        using var service = new Service(data.Path);
        using var content = new ByteArrayContent("{}"u8.ToArray());
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using HttpResponseMessage response = path == Put
            ? service.Client.PutAsync(path, content).Result
            : service.Client.PostAsync(path, content).Result;
        AssertReason(status, response);
    }

    private static void AssertReason(int status, HttpResponseMessage response)
    {
        string text = response.Content.ReadAsStringAsync().Result;
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        JsonElement error = JsonDocument.Parse(text).RootElement;
        Assert.Equal(status, error.GetProperty("status").GetInt32());
        Assert.True(error.GetProperty("error").GetString()!.Length > 10, text);
    }
}
