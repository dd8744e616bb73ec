using System.Text.Json;

namespace EdgeSim.Encoders.Tests.Text;

/// <summary>
/// A text with the ids and the embedding that the published implementation computes from the package.
/// </summary>
internal sealed record ReferenceText(string Text, long[] Ids, float[] Embedding)
{
    /// <summary>The 51 texts of <c>tests/fixtures/use-lite-reference.json</c>.</summary>
    public static IReadOnlyList<ReferenceText> All { get; } = Read();

    private static List<ReferenceText> Read()
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(PackageFiles.Fixture("use-lite-reference.json")));
        return
        [
            .. document.RootElement.EnumerateArray().Select(entry => new ReferenceText(
                entry.GetProperty("text").GetString()!,
                [.. entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())],
                [.. entry.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())])),
        ];
    }
}
