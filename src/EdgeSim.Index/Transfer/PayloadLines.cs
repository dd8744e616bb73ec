using System.Buffers;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Transfer;

/// <summary>The payloads of the rows of a file of vectors: a JSON object a line, or nothing.</summary>
internal sealed class PayloadLines(string path) : IDisposable
{
    private readonly LineReader _lines = LineReader.Open(path, IndexLimits.PointBytesMax);
    private readonly ArrayBufferWriter<byte> _payload = new();

    /// <summary>The payload of a row; rows are asked for in order.</summary>
    internal byte[] Next(long row)
    {
        if (!_lines.TryRead(out ReadOnlySpan<byte> line))
        {
            throw new TransferException(
                path, $"line {_lines.Number + 1}",
                $"the file ends; row {row} of the vectors has no payload.");
        }

        ReadOnlySpan<byte> json = line.Trim(" \t\r"u8);
        if (json.IsEmpty)
        {
            return [];
        }

        try
        {
            _payload.ResetWrittenCount();
            PayloadJson.FromJson(json, _payload);
            return _payload.WrittenSpan.ToArray();
        }
        catch (PayloadException refused)
        {
            throw new TransferException(path, $"line {_lines.Number}", refused.Message, refused);
        }
    }

    /// <summary>Checks that there are no more payloads than rows.</summary>
    internal void End(long rows)
    {
        if (_lines.TryRead(out _))
        {
            throw new TransferException(
                path, $"line {_lines.Number}", $"there are more payloads than the {rows} vectors.");
        }
    }

    public void Dispose() => _lines.Dispose();
}
