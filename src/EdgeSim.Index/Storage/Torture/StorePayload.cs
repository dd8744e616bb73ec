using System.Buffers;
using MessagePack;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// A payload as a test thinks of it: numbers by name in their order, and one map "m" of such numbers. Says by
/// plain lists what the changes of payloads mean.
/// </summary>
internal sealed class StorePayload
{
    internal const string Inner = "m";

    private readonly List<(string Name, long Value)> _fields = [];
    private List<(string Name, long Value)>? _inner;

    /// <summary>Whether there is a map at all: no bytes and an empty map are two things.</summary>
    internal bool IsMap { get; private set; }

    internal static StorePayload Empty => new();

    /// <summary>A map with one field and some others.</summary>
    internal static StorePayload Random(ref SplitMix64 random, string name, long value)
    {
        var payload = new StorePayload();
        payload.Put(name, value);
        string[] names = ["a", "b", "c"];
        foreach (string other in names)
        {
            if (random.Below(3) == 0)
            {
                payload.Put(other, (long)(random.Next() >> random.Below(64)) - 40);
            }
        }

        if (random.Below(4) == 0)
        {
            payload.PutInner(random.Below(2) == 0 ? "a" : "x", random.Below(300));
        }

        return payload;
    }

    internal StorePayload Clone()
    {
        var clone = new StorePayload { IsMap = IsMap, _inner = _inner is null ? null : [.. _inner] };
        clone._fields.AddRange(_fields);
        return clone;
    }

    internal void Put(string name, long value)
    {
        IsMap = true;
        Put(_fields, name, value);
    }

    internal void PutInner(string name, long value)
    {
        IsMap = true;
        if (_inner is null)
        {
            _inner = [];
            Put(_fields, Inner, 0);
        }

        Put(_inner, name, value);
    }

    /// <summary>What SetPayload does.</summary>
    internal void Set(StorePayload values)
    {
        IsMap = true;
        foreach ((string name, long value) in values._fields)
        {
            Put(_fields, name, value);
        }

        _inner = values._inner is null ? _inner : [.. values._inner];
    }

    /// <summary>
    /// What SetPayload does with the path of the inner map; the values have no map of their own.
    /// </summary>
    internal void SetInner(StorePayload values)
    {
        foreach ((string name, long value) in values._fields)
        {
            PutInner(name, value);
        }
    }

    /// <summary>What DeletePayload does.</summary>
    internal void Delete(string path)
    {
        if (path.StartsWith(Inner + ".", StringComparison.Ordinal))
        {
            _inner?.RemoveAll(field => field.Name == path[2..]);
            return;
        }

        _fields.RemoveAll(field => field.Name == path);
        _inner = path == Inner ? null : _inner;
    }

    /// <summary>Without the inner map.</summary>
    internal StorePayload Flat()
    {
        StorePayload flat = Clone();
        flat.Delete(Inner);
        return flat;
    }

    internal byte[] ToBytes()
    {
        if (!IsMap)
        {
            return [];
        }

        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteMapHeader(_fields.Count);
        foreach ((string name, long value) in _fields)
        {
            writer.Write(name);
            if (name != Inner)
            {
                writer.Write(value);
                continue;
            }

            writer.WriteMapHeader(_inner!.Count);
            foreach ((string innerName, long innerValue) in _inner)
            {
                writer.Write(innerName);
                writer.Write(innerValue);
            }
        }

        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private static void Put(List<(string Name, long Value)> fields, string name, long value)
    {
        int at = fields.FindIndex(field => field.Name == name);
        if (at < 0)
        {
            fields.Add((name, value));
        }
        else
        {
            fields[at] = (name, value);
        }
    }
}
