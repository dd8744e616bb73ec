using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeSim.Encoders.Quantization;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// The measured part of a conversion: <c>models/NAME/calibration.json</c>, committed. Measuring runs a float
/// graph, and float results differ in their last bits between processors; so it happens once, its numbers are
/// rounded to 6 significant digits and committed, and installing only reads them. That makes the converted
/// file, its hash and the fingerprint the same on every machine.
/// </summary>
internal sealed record CalibrationFile
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Activation tensor to [least, greatest] value over the data, after the method's clipping.
    /// </summary>
    public required IReadOnlyDictionary<string, float[]> Ranges { get; init; }

    /// <summary>
    /// Convolution result to [channels] values added to its bias, which take the mean rounding error out
    /// again; null: none.
    /// </summary>
    public IReadOnlyDictionary<string, float[]>? BiasShifts { get; init; }

    /// <summary>
    /// Mean embedding before it is normalised, [dimension] floats, for a centred model; else null.
    /// </summary>
    public float[]? Mean { get; init; }

    public IReadOnlyDictionary<string, ActivationRange> ActivationRanges() => Ranges.ToDictionary(
        pair => pair.Key, pair => new ActivationRange(pair.Value[0], pair.Value[1]), StringComparer.Ordinal);

    /// <exception cref="ModelException">Not JSON, or not of this shape.</exception>
    public static CalibrationFile Read(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            CalibrationFile file = JsonSerializer.Deserialize(json, ManifestJson.Default.CalibrationFile)
                ?? throw new ModelException($"{path}: is null, not a calibration.");
            string? broken = file.Ranges
                .FirstOrDefault(r => r.Value.Length != 2 || r.Value[0] > r.Value[1]).Key;
            return broken is null
                ? file
                : throw new ModelException($"{path}: the range of '{broken}' must be [min, max].");
        }
        catch (JsonException e)
        {
            throw new ModelException($"{path}: is not a valid calibration: {e.Message}", e);
        }
    }

    /// <summary>One line a tensor, numbers with 6 significant digits, so that a diff can be read.</summary>
    public byte[] Write()
    {
        var text = new StringBuilder();
        text.Append("{\n  \"model\": \"").Append(JsonEncodedText.Encode(Model))
            .Append("\",\n  \"ranges\": {\n");
        text.AppendJoin(",\n", Ranges.Select(
            r => $"    \"{JsonEncodedText.Encode(r.Key)}\": [{Digits(r.Value[0])}, {Digits(r.Value[1])}]"));
        text.Append("\n  }");
        if (BiasShifts is { } shifts)
        {
            text.Append(",\n  \"biasShifts\": {\n");
            text.AppendJoin(",\n", shifts.Select(
                s => $"    \"{JsonEncodedText.Encode(s.Key)}\": [\n{Rows(s.Value)}\n    ]"));
            text.Append("\n  }");
        }

        if (Mean is { } mean)
        {
            text.Append(",\n  \"mean\": [\n").Append(Rows(mean)).Append("\n  ]");
        }

        text.Append("\n}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Rounds to what the file keeps.</summary>
    public static float Round(float value) => float.Parse(Digits(value), CultureInfo.InvariantCulture);

    private static string Rows(float[] values) =>
        string.Join(",\n", values.Chunk(8).Select(row => "      " + string.Join(", ", row.Select(Digits))));

    private static string Digits(float value) => ((double)value).ToString("G6", CultureInfo.InvariantCulture);
}
