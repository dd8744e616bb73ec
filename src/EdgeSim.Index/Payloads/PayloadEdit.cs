using System.Buffers;
using MessagePack;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// Changes of payloads as functions from bytes to bytes, with the meaning they have in Qdrant's REST API.
/// Payloads that go in have passed <see cref="PayloadRules"/>; what comes out has too. O(bytes), for deleting
/// O(bytes x paths).
/// </summary>
public static class PayloadEdit
{
    /// <summary>
    /// Every key of the second map with its value goes into the first, in place of a value of the same key.
    /// Maps below the top are replaced, not merged.
    /// </summary>
    /// <exception cref="PayloadException">The result breaks a rule of payloads, as its size.</exception>
    public static void Set(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> values, IBufferWriter<byte> output)
        => Run(payload, values, [], output);

    /// <summary>
    /// As above, but into the map at a path. Missing maps on the way are made, and what is no map there
    /// becomes one. <c>[]</c> goes into every element of an array and <c>[3]</c> into that element if there
    /// is one; what is no array there becomes an empty one.
    /// </summary>
    /// <exception cref="PayloadException">The path is none, or the result breaks a rule.</exception>
    public static void Set(
        ReadOnlySpan<byte> payload, string path, ReadOnlySpan<byte> values, IBufferWriter<byte> output)
        => Run(payload, values, PayloadPath.Parse(path).Parts, output);

    /// <summary>The new map alone.</summary>
    /// <exception cref="PayloadException">It breaks a rule of payloads.</exception>
    public static void Overwrite(ReadOnlySpan<byte> values, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        PayloadRules.Check(values);
        output.Write(values);
    }

    /// <summary>Nothing: a payload without a key is empty.</summary>
    public static void Clear(IBufferWriter<byte> output) => ArgumentNullException.ThrowIfNull(output);

    /// <summary>
    /// The payload without what lies at the paths. <c>a[]</c> empties an array, <c>a[3]</c> takes out an
    /// element, <c>a[].b</c> takes out b from every element. A path to nothing changes nothing.
    /// </summary>
    /// <exception cref="PayloadException">A path is none.</exception>
    public static void DeleteKeys(
        ReadOnlySpan<byte> payload, IReadOnlyList<string> paths, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(output);
        var from = new ArrayBufferWriter<byte>(Math.Max(payload.Length, 1));
        var to = new ArrayBufferWriter<byte>(Math.Max(payload.Length, 1));
        from.Write(payload);
        for (int i = 0; i < paths.Count; i++)
        {
            PayloadPath.Part[] parts = PayloadPath.Parse(paths[i]).Parts;
            to.ResetWrittenCount();
            var writer = new MessagePackWriter(to);
            if (from.WrittenCount > 0)
            {
                Delete(from.WrittenSpan, parts, ref writer);
            }

            writer.Flush();
            (from, to) = (to, from);
        }

        PayloadRules.Check(from.WrittenSpan);
        output.Write(from.WrittenSpan);
    }

    private static void Run(
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> values,
        ReadOnlySpan<PayloadPath.Part> path,
        IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ReadOnlySpan<byte> empty = [MessagePackCode.MinFixMap];
        PayloadRules.Check(values);
        var buffer = new ArrayBufferWriter<byte>(Math.Max(payload.Length + values.Length, 256));
        var writer = new MessagePackWriter(buffer);
        Set(payload.IsEmpty ? empty : payload, path, values.IsEmpty ? empty : values, ref writer);
        writer.Flush();
        PayloadRules.Check(buffer.WrittenSpan);
        output.Write(buffer.WrittenSpan);
    }

    /// <summary>Writes a value (empty: there is none) with the map merged in at the path.</summary>
    private static void Set(
        ReadOnlySpan<byte> value,
        ReadOnlySpan<PayloadPath.Part> path,
        ReadOnlySpan<byte> values,
        ref MessagePackWriter writer)
    {
        var cursor = new PayloadCursor(value);
        PayloadToken token = cursor.Read();
        if (path.IsEmpty)
        {
            if (token.Kind == PayloadKind.Map)
            {
                Merge(value, values, ref writer);
            }
            else
            {
                writer.WriteRaw(values);
            }
        }
        else if (path[0].Key is { } key)
        {
            SetKey(value, key, path[1..], values, ref writer);
        }
        else if (token.Kind != PayloadKind.Array)
        {
            writer.WriteArrayHeader(0);
        }
        else
        {
            writer.WriteArrayHeader(token.Count);
            for (int i = 0; i < token.Count; i++)
            {
                ReadOnlySpan<byte> element = cursor.Take();
                if (path[0].Element == PayloadPath.Every || path[0].Element == i)
                {
                    Set(element, path[1..], values, ref writer);
                }
                else
                {
                    writer.WriteRaw(element);
                }
            }
        }
    }

    private static void SetKey(
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<PayloadPath.Part> path,
        ReadOnlySpan<byte> values,
        ref MessagePackWriter writer)
    {
        var cursor = new PayloadCursor(value);
        PayloadToken token = cursor.Read();
        int count = token.Kind == PayloadKind.Map ? token.Count : 0;
        bool isThere = count > 0 && Contains(value, key);
        writer.WriteMapHeader(count + (isThere ? 0 : 1));
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> name = cursor.Read().Bytes;
            ReadOnlySpan<byte> old = cursor.Take();
            writer.WriteString(name);
            if (name.SequenceEqual(key))
            {
                Set(old, path, values, ref writer);
            }
            else
            {
                writer.WriteRaw(old);
            }
        }

        if (!isThere)
        {
            writer.WriteString(key);
            Set(default, path, values, ref writer);
        }
    }

    private static void Merge(ReadOnlySpan<byte> map, ReadOnlySpan<byte> values, ref MessagePackWriter writer)
    {
        using var old = new KeyTable(map);
        using var added = new KeyTable(values);
        var cursor = new PayloadCursor(values);
        int fresh = 0;
        for (int i = cursor.ReadPayloadHeader(); i > 0; i--)
        {
            fresh += old.Find(cursor.Read().Bytes) < 0 ? 1 : 0;
            _ = cursor.Skip();
        }

        cursor = new PayloadCursor(map);
        int count = cursor.ReadPayloadHeader();
        writer.WriteMapHeader(count + fresh);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> key = cursor.Read().Bytes;
            ReadOnlySpan<byte> kept = cursor.Take();
            ReadOnlySpan<byte> replaced = added.Value(key);
            writer.WriteString(key);
            writer.WriteRaw(replaced.IsEmpty ? kept : replaced);
        }

        cursor = new PayloadCursor(values);
        for (int i = cursor.ReadPayloadHeader(); i > 0; i--)
        {
            ReadOnlySpan<byte> key = cursor.Read().Bytes;
            ReadOnlySpan<byte> value = cursor.Take();
            if (old.Find(key) < 0)
            {
                writer.WriteString(key);
                writer.WriteRaw(value);
            }
        }
    }

    private static void Delete(
        ReadOnlySpan<byte> value, ReadOnlySpan<PayloadPath.Part> path, ref MessagePackWriter writer)
    {
        PayloadPath.Part part = path[0];
        bool isLast = path.Length == 1;
        var cursor = new PayloadCursor(value);
        PayloadToken token = cursor.Read();
        if (part.Key is not null && token.Kind == PayloadKind.Map)
        {
            writer.WriteMapHeader(token.Count - (isLast && Contains(value, part.Key) ? 1 : 0));
        }
        else if (part.Key is null && token.Kind == PayloadKind.Array)
        {
            bool isEvery = part.Element == PayloadPath.Every;
            int removed = !isLast ? 0 : isEvery ? token.Count : part.Element < token.Count ? 1 : 0;
            writer.WriteArrayHeader(token.Count - removed);
        }
        else
        {
            writer.WriteRaw(value);
            return;
        }

        for (int i = 0; i < token.Count; i++)
        {
            bool isMeant = part.Element == PayloadPath.Every || part.Element == i;
            ReadOnlySpan<byte> key = default;
            if (part.Key is not null)
            {
                key = cursor.Read().Bytes;
                isMeant = key.SequenceEqual(part.Key);
            }

            ReadOnlySpan<byte> child = cursor.Take();
            if (isMeant && isLast)
            {
                continue;
            }

            if (part.Key is not null)
            {
                writer.WriteString(key);
            }

            if (isMeant)
            {
                Delete(child, path[1..], ref writer);
            }
            else
            {
                writer.WriteRaw(child);
            }
        }
    }

    private static bool Contains(ReadOnlySpan<byte> map, ReadOnlySpan<byte> key)
    {
        var cursor = new PayloadCursor(map);
        for (int i = cursor.ReadPayloadHeader(); i > 0; i--)
        {
            if (cursor.Read().Bytes.SequenceEqual(key))
            {
                return true;
            }

            _ = cursor.Skip();
        }

        return false;
    }
}
