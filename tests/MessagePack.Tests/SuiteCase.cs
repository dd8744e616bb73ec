using System.Text.Json;

namespace MessagePack.Tests;

/// <summary>One value of the public test suite with all of its encodings.</summary>
internal sealed record SuiteCase(string Kind, JsonElement Value, byte[][] Encodings)
{
    /// <summary>All of them, from the package that setup.sh fetches.</summary>
    public static IReadOnlyList<SuiteCase> All { get; } = Load();

    private static string Cache
        => Environment.GetEnvironmentVariable("EDGESIM_CACHE")
            ?? Path.Combine(
                Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
                    ?? Path.Combine(
                        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
                "edgesim");

    private static List<SuiteCase> Load()
    {
        string path = Path.Combine(
            Cache, "npm", "msgpack-test-suite-1.0.0", "package", "dist", "msgpack-test-suite.json");
        Assert.True(File.Exists(path), $"{path} is missing: run scripts/setup.sh test");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        var cases = new List<SuiteCase>();
        foreach (JsonProperty file in document.RootElement.EnumerateObject())
        {
            foreach (JsonElement entry in file.Value.EnumerateArray())
            {
                byte[][] encodings =
                [
                    .. entry.GetProperty("msgpack").EnumerateArray()
                        .Select(hex => Convert.FromHexString(hex.GetString()!.Replace("-", ""))),
                ];

                // A number too large for a JSON reader's double stands a second time as "bignum".
                JsonProperty value = entry.EnumerateObject()
                    .Where(p => p.Name != "msgpack")
                    .OrderByDescending(p => p.Name == "bignum")
                    .First();
                cases.Add(new SuiteCase(value.Name, value.Value.Clone(), encodings));
            }
        }

        return cases;
    }
}
