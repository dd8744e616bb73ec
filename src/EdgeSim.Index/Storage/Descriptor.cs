using System.Globalization;
using System.Text.Json;

namespace EdgeSim.Index.Storage;

/// <summary>
/// What <c>collection.json</c> says: written once, last, so that its presence means that the collection
/// exists.
/// </summary>
/// <param name="Id">Random id, repeated in every other file.</param>
/// <param name="Options">The collection's options.</param>
/// <param name="Checksum">
/// CRC-32C of the file, which the manifest repeats: the file itself stays plain for people to read.
/// </param>
internal sealed record Descriptor(ulong Id, CollectionOptions Options, uint Checksum)
{
    internal const string FileName = "collection.json";
    private const int FormatNewest = 1;

    /// <summary>The bytes of the file.</summary>
    internal static byte[] Serialize(ulong id, CollectionOptions options)
        => JsonSerializer.SerializeToUtf8Bytes(
            new DescriptorDocument
            {
                Format = FormatNewest,
                Id = id.ToString("x16", CultureInfo.InvariantCulture),
                Dimension = options.Dimension,
                Metric = NameOf(options.Metric),
                Fingerprint = options.Fingerprint,
                Model = options.Model,
            },
            DescriptorJson.Default.DescriptorDocument);

    /// <exception cref="IndexCorruptException">
    /// Too long, not JSON, or without a field that must be there.
    /// </exception>
    /// <exception cref="IndexFormatException">Of a newer format.</exception>
    internal static Descriptor Read(string path)
    {
        byte[] bytes;
        using (FileStream file = File.OpenRead(path))
        {
            if (file.Length > IndexLimits.DescriptorBytesMax)
            {
                throw new IndexCorruptException(
                    path,
                    null,
                    $"the file has {file.Length} bytes; {IndexLimits.DescriptorBytesMax} are allowed");
            }

            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }

        DescriptorDocument document = Parse(path, bytes);
        if (document.Format is < 1 or > FormatNewest)
        {
            throw new IndexFormatException(
                path,
                null,
                $"the collection has format {document.Format}; "
                + $"this EdgeSim reads formats 1 to {FormatNewest}",
                "Use the EdgeSim that wrote it, or a newer one.");
        }

        try
        {
            var options = new CollectionOptions
            {
                Dimension = document.Dimension,
                Metric = ParseMetric(document.Metric),
                Fingerprint = document.Fingerprint,
                Model = document.Model,
            };
            options.Validate();
            ulong id = ulong.Parse(document.Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return new Descriptor(id, options, Crc32C.Of(bytes));
        }
        catch (Exception invalid) when (invalid is ArgumentException or FormatException or OverflowException)
        {
            throw new IndexCorruptException(
                path, null, "a field has a value that is not allowed: " + invalid.Message, invalid);
        }
    }

    private static DescriptorDocument Parse(string path, byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, DescriptorJson.Default.DescriptorDocument)
                ?? throw new IndexCorruptException(path, null, "the file says null");
        }
        catch (JsonException invalid)
        {
            throw new IndexCorruptException(
                path, null, "the file is not the JSON it was written as", invalid);
        }
    }

    private static string NameOf(Metric metric) => metric switch
    {
        Metric.Cosine => "cosine",
        Metric.Dot => "dot",
        Metric.Euclid => "euclid",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };

    private static Metric ParseMetric(string name) => name switch
    {
        "cosine" => Metric.Cosine,
        "dot" => Metric.Dot,
        "euclid" => Metric.Euclid,
        _ => throw new FormatException($"metric '{name}'"),
    };
}
