using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Commands;

/// <summary>
/// What <c>index</c> stores with a file. Size and time tell whether it must be encoded again.
/// </summary>
/// <param name="Path">Below the indexed folder, with /.</param>
/// <param name="Caption">First line of the <c>.txt</c> file beside a picture, or of the text itself.</param>
/// <param name="Folder">The indexed folder, absolute.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Modified">Last write, UTC seconds since 1970.</param>
public sealed record ItemPayload(
    [property: JsonRequired] string Path,
    string? Caption,
    [property: JsonRequired] string Folder,
    long Bytes,
    long Modified)
{
    /// <summary>The file, absolute.</summary>
    [JsonIgnore]
    public string File => System.IO.Path.Combine(Folder, Path);

    /// <summary>
    /// True when the other describes the same content of the same file. It may have been found from another
    /// folder: indexing a folder inside an indexed one encodes nothing again.
    /// </summary>
    public bool IsOfSameContent(ItemPayload? other) =>
        other is not null && other.Bytes == Bytes && other.Modified == Modified
        && other.Caption == Caption && other.File == File;

    /// <summary>The payload as an item, or null when it is something else.</summary>
    public static ItemPayload? From(JsonElement payload)
    {
        try
        {
            return payload.Deserialize(JsonFormats.Default.ItemPayload);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
