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

    /// <summary>The format it was created with: in format 1 a payload was any bytes.</summary>
    internal int Format { get; init; } = FormatNewest;

    private const int FormatNewest = 2;

    /// <summary>The bytes of the file.</summary>
    internal static byte[] Serialize(ulong id, CollectionOptions options)
        => JsonSerializer.SerializeToUtf8Bytes(
            new DescriptorDocument
            {
                Format = FormatNewest,
                Id = id.ToString("x16", CultureInfo.InvariantCulture),
                Durability = NameOf(options.Durability),
                Vectors = [.. options.Vectors.Select(VectorDocument.Of)],
            },
            DescriptorJson.Default.DescriptorDocument);

    /// <exception cref="IndexCorruptException">
    /// Too long, not JSON, or without a field that must be there.
    /// </exception>
    /// <exception cref="IndexFormatException">Of a newer format.</exception>
    internal static Descriptor Read(DurableFiles files, string path)
        => Parse(path, files.Read(path, IndexLimits.DescriptorBytesMax));

    /// <inheritdoc cref="Read"/>
    internal static Descriptor Parse(string path, byte[] bytes)
    {
        DescriptorDocument document = ParseJson(path, bytes);
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
            CollectionOptions options = document.ToOptions();
            options.Validate();
            ulong id = ulong.Parse(document.Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return new Descriptor(id, options, Crc32C.Of(bytes)) { Format = document.Format };
        }
        catch (Exception invalid) when (invalid is ArgumentException or FormatException or OverflowException)
        {
            throw new IndexCorruptException(
                path, null, "a field has a value that is not allowed: " + invalid.Message, invalid);
        }
    }

    private static DescriptorDocument ParseJson(string path, byte[] bytes)
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

    private static string NameOf(Durability durability) => durability switch
    {
        Durability.Always => "always",
        Durability.Interval => "interval",
        Durability.None => "none",
        _ => throw new ArgumentOutOfRangeException(nameof(durability), durability, "Unknown durability."),
    };
}
