using System.Buffers.Binary;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Tests.Storage.Torture;

/// <summary>
/// The smallest store that can be right: one file of records, rewritten now and then under a temporary name.
/// Record: u32 length of the body, u32 CRC-32C of the body, xor its length, body: i64 tag and bytes that
/// follow from it.
/// </summary>
internal sealed class ToyLog(ToyFault fault = ToyFault.None, int batches = 20) : ITortureSubject
{
    private const int HeaderBytes = 8;
    private const int BodyBytesMin = sizeof(long);
    private const int BodyBytesMax = 2000;
    private const int RewriteOneIn = 6;

    /// <summary>
    /// Thirds of the batches that wait for a later fsync; a tail to keep has to be left first.
    /// </summary>
    private readonly int _laziness = fault == ToyFault.KeepsTheTail ? 1 : 0;

    public void Run(SplitMix64 random, DurableFiles files, string directory, TortureLog log)
    {
        string path = Path.Combine(directory, "log");
        var tags = new List<long>();
        int end = 0;
        SafeFileHandle file;
        if (File.Exists(path))
        {
            end = Recover(files, path, tags);
            Assert.Equal(log.Start.Accepted, tags.ToArray());
            file = files.Open(path);
        }
        else
        {
            file = files.Create(path);
            files.FlushDirectory(directory);
        }

        for (int i = 0; i < batches; i++)
        {
            long tag = (long)(random.Next() >> 1);
            log.Accept(tag);
            byte[] record = Record(tag);
            files.Write(file, record, end);
            end += record.Length;
            tags.Add(tag);
            if (fault == ToyFault.AcknowledgesBeforeFlush)
            {
                log.Durable(tag);
                files.Flush(file);
            }
            else if (random.Below(3) > _laziness)
            {
                files.Flush(file);
                log.Durable(tag);
            }

            if (random.Below(RewriteOneIn) == 0)
            {
                file.Dispose();
                file = Rewrite(files, directory, path, tags);
                log.Durable(tag);
            }
        }

        file.Dispose();
    }

    public int Check(DurableFiles files, string directory, TortureHistory history)
    {
        string path = Path.Combine(directory, "log");
        var tags = new List<long>();
        if (File.Exists(path))
        {
            Recover(files, path, tags);
        }

        if (!history.Accepted.StartsWith(tags.ToArray()))
        {
            throw new InvalidDataException($"{tags.Count} records are not the first accepted ones");
        }

        return tags.Count;
    }

    private SafeFileHandle Rewrite(DurableFiles files, string directory, string path, List<long> tags)
    {
        string temporary = path + ".tmp";
        SafeFileHandle file = files.Create(temporary);
        files.Write(file, tags.SelectMany(Record).ToArray(), 0);
        if (fault != ToyFault.RenamesUnflushed)
        {
            files.Flush(file);
        }

        files.Rename(temporary, path);
        if (fault != ToyFault.ForgetsTheDirectory)
        {
            files.FlushDirectory(directory);
        }

        return file;
    }

    /// <summary>Reads the whole records, and takes away what is behind them.</summary>
    private int Recover(DurableFiles files, string path, List<long> tags)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int end = 0;
        while (bytes.Length - end >= HeaderBytes)
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(end);
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length is < BodyBytesMin or > BodyBytesMax || length > rest.Length - HeaderBytes)
            {
                break;
            }

            ReadOnlySpan<byte> body = rest.Slice(HeaderBytes, length);
            bool fits = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) == Checksum(body);
            if (!fits && fault != ToyFault.TrustsTheTail)
            {
                break;
            }

            tags.Add(BinaryPrimitives.ReadInt64LittleEndian(body));
            Assert.Equal(Record(tags[^1]).AsSpan(HeaderBytes), body);
            end += HeaderBytes + length;
        }

        if (end < bytes.Length && fault != ToyFault.KeepsTheTail)
        {
            using SafeFileHandle file = files.Open(path);
            files.SetLength(file, end);
            files.Flush(file);
        }

        return end;
    }

    /// <summary>With KeepsTheTail, records of one length: the old ones are where new ones would be.</summary>
    private byte[] Record(long tag)
    {
        var random = new SplitMix64((ulong)tag);
        int length = fault == ToyFault.KeepsTheTail
            ? 700
            : BodyBytesMin + random.Below(random.Below(2) == 0 ? 100 : BodyBytesMax - BodyBytesMin);
        byte[] record = new byte[HeaderBytes + length];
        Span<byte> body = record.AsSpan(HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(body, tag);
        random.Fill(body[BodyBytesMin..(BodyBytesMin + ((length - BodyBytesMin) / 8 * 8))]);
        BinaryPrimitives.WriteInt32LittleEndian(record, length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum(body));
        return record;
    }

    private static uint Checksum(ReadOnlySpan<byte> body) => Crc32C.Of(body) ^ (uint)body.Length;
}
