using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// One vector of each point as rows of a file, their keys in a file beside it, and their payloads in another
/// where some point has one. The number of rows is written into the headers at the end.
/// </summary>
internal sealed class VectorWriter : PointWriter
{
    private const string UnsignedLongs = "<u8";

    private readonly TransferFile _file;
    private readonly bool _overwrites;
    private readonly PointFormat _format;
    private readonly VectorOptions _vector;
    private readonly float[] _values;
    private readonly byte[] _bytes;
    private readonly string _base;
    private readonly TransferFile _ids;
    private readonly bool _hasUuids;
    private TransferFile? _payloads;
    private long _points;

    /// <param name="file">The vectors go here; disposed with this.</param>
    /// <param name="format">A format of vectors.</param>
    /// <param name="vector">Which.</param>
    /// <param name="hasUuids">Whether keys that are UUIDs may come: then they are text.</param>
    /// <param name="overwrites">Whether files beside it may be written over.</param>
    internal VectorWriter(
        TransferFile file, PointFormat format, VectorOptions vector, bool hasUuids, bool overwrites)
    {
        if (format == PointFormat.I8bin && vector.Metric != Metric.Cosine)
        {
            throw new TransferException(
                file.Path,
                null,
                $"rows of int8 have lost their lengths, which count for {vector.Metric}. Take fbin or npy.");
        }

        _file = file;
        _format = format;
        _vector = vector;
        _values = new float[vector.Dimension];
        _bytes = new byte[vector.Dimension];
        _hasUuids = hasUuids;
        _overwrites = overwrites;
        _base = Path.ChangeExtension(file.Path, null);
        _ids = new TransferFile(_base + (hasUuids ? ".ids.txt" : ".ids.npy"), overwrites);
        _file.Stream.Write(Header(0));
        _ids.Stream.Write(hasUuids ? [] : NpyHeader.Serialize(UnsignedLongs, 0));
    }

    internal override bool TryWrite(in CollectionReader reader, in Match row)
    {
        if (!TryRead(reader, row, _vector, _values))
        {
            return false;
        }

        if (_format is PointFormat.Fvecs or PointFormat.Bvecs)
        {
            Span<byte> prefix = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(prefix, _values.Length);
            _file.Stream.Write(prefix);
        }

        if (_format is PointFormat.Npy or PointFormat.Fbin or PointFormat.Fvecs)
        {
            _file.Stream.Write(MemoryMarshal.AsBytes(_values.AsSpan()));
        }
        else
        {
            Round(reader, row);
            _file.Stream.Write(_bytes);
        }

        WriteKey(row.Key);
        WritePayload(reader.Payload(row));
        _points++;
        return true;
    }

    internal override ExportResult Finish()
    {
        if (_format is not (PointFormat.Fvecs or PointFormat.Bvecs))
        {
            if (_format != PointFormat.Npy && _points > uint.MaxValue)
            {
                throw new TransferException(
                    _file.Path, null, $"{_points} rows are more than the format can count. Take npy.");
            }

            _file.PatchStart(Header(_points));
        }

        if (!_hasUuids)
        {
            _ids.PatchStart(NpyHeader.Serialize(UnsignedLongs, _points));
        }

        // The vectors last: where they are, the rest is too.
        long bytes = (_payloads?.Finish() ?? 0) + _ids.Finish();
        return new ExportResult(_points, 0, _ids.Path, _payloads?.Path, bytes + _file.Finish());
    }

    public override void Dispose()
    {
        _file.Dispose();
        _ids.Dispose();
        _payloads?.Dispose();
    }

    private byte[] Header(long rows)
    {
        switch (_format)
        {
            case PointFormat.Npy:
                return NpyHeader.Serialize("<f4", rows, _values.Length);
            case PointFormat.Fbin or PointFormat.I8bin or PointFormat.U8bin:
                var header = new byte[8];
                BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)rows);
                BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), (uint)_values.Length);
                return header;
            default:
                return [];
        }
    }

    /// <summary>The row's bytes: for int8 its codes, for uint8 its components as whole numbers.</summary>
    private void Round(in CollectionReader reader, in Match row)
    {
        if (_format == PointFormat.I8bin)
        {
            reader.CopyCodes(row, _vector.Name, MemoryMarshal.Cast<byte, sbyte>(_bytes.AsSpan()));
            return;
        }

        for (int i = 0; i < _values.Length; i++)
        {
            float whole = MathF.Round(_values[i]);
            if (whole is < 0 or > byte.MaxValue)
            {
                throw new TransferException(
                    _file.Path,
                    $"point {row.Key}",
                    $"component {i} is {_values[i]}; uint8 holds 0 to 255. Take fbin, fvecs or npy.");
            }

            _bytes[i] = (byte)whole;
        }
    }

    private void WriteKey(Key key)
    {
        if (_hasUuids)
        {
            _ids.Stream.Write(
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key}\n")));
            return;
        }

        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, key.Number);
        _ids.Stream.Write(number);
    }

    private void WritePayload(ReadOnlySpan<byte> payload)
    {
        if (_payloads is null && payload.IsEmpty)
        {
            return;
        }

        if (_payloads is null)
        {
            _payloads = new TransferFile(_base + ".payloads.jsonl", _overwrites);
            for (long i = 0; i < _points; i++)
            {
                _payloads.Stream.WriteByte((byte)'\n');
            }
        }

        _payloads.Stream.Write(payload.IsEmpty ? [] : PayloadJson.ToJson(payload));
        _payloads.Stream.WriteByte((byte)'\n');
    }
}
