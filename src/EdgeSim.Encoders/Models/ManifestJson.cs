using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// Reads and writes <c>manifest.json</c> and <c>calibration.json</c>; generated at build time, no reflection.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    Converters = [typeof(ModalityConverter)])]
[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(CalibrationFile))]
internal sealed partial class ManifestJson : JsonSerializerContext
{
    /// <summary>Parses a manifest.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="path">Where it was read, for messages.</param>
    /// <exception cref="ModelException">
    /// Not JSON, a field is missing, unknown or of the wrong type.
    /// </exception>
    public static ModelManifest ReadManifest(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            ModelManifest manifest = JsonSerializer.Deserialize(json, Default.ModelManifest)
                ?? throw new ModelException($"{path}: is null, not a manifest.");
            ManifestRules.Require(manifest, path);
            return manifest;
        }
        catch (JsonException e)
        {
            throw new ModelException($"{path}: is not a valid manifest: {e.Message}", e);
        }
    }

    /// <summary>UTF-8, indented, one line feed at the end; + and / of base64 stay readable.</summary>
    public static byte[] Write(ModelManifest manifest)
    {
        var readable = new ManifestJson(new JsonSerializerOptions(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
        });
        return [.. JsonSerializer.SerializeToUtf8Bytes(manifest, readable.ModelManifest), (byte)'\n'];
    }

    private sealed class ModalityConverter()
        : JsonStringEnumConverter<Modality>(JsonNamingPolicy.CamelCase, false);
}
