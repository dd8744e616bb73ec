using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// Which rows of a base are nearest to each query, as the big-ann benchmarks write it (<c>.ibin</c>): uint32
/// queries, uint32 k, then queries x k uint32 ids, nearest first, then, if there, as many float32 distances.
/// </summary>
internal sealed class TruthFile
{
    private const int HeaderBytes = 2 * sizeof(uint);

    private readonly int[] _ids;

    private TruthFile(int queryCount, int k, int[] ids)
    {
        QueryCount = queryCount;
        K = k;
        _ids = ids;
    }

    internal int QueryCount { get; }

    /// <summary>Neighbours kept of each query; at most those of the file.</summary>
    internal int K { get; }

    /// <summary>Ids of the nearest rows, nearest first.</summary>
    internal ReadOnlySpan<int> Of(int query) => _ids.AsSpan(query * K, K);

    /// <summary>Reads the first neighbours of every query; distances are not needed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="k">How many of each query.</param>
    /// <param name="baseCount">Rows of the base that the ids count.</param>
    /// <param name="queryCount">Queries there should be.</param>
    /// <exception cref="UserException">Not such a file, or one for other data.</exception>
    internal static TruthFile Read(string path, int k, int baseCount, int queryCount)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.Length < HeaderBytes)
        {
            throw Wrong(path, $"has {file.Length} bytes, less than the header of {HeaderBytes}");
        }

        file.ReadExactly(header);
        uint queries = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint fileK = BinaryPrimitives.ReadUInt32LittleEndian(header[sizeof(uint)..]);
        UInt128 idBytes = (UInt128)queries * fileK * sizeof(uint);
        if ((UInt128)file.Length != HeaderBytes + idBytes
            && (UInt128)file.Length != HeaderBytes + (2 * idBytes))
        {
            throw Wrong(
                path,
                $"states {queries} queries with {fileK} neighbours, which take {HeaderBytes + idBytes} "
                + $"bytes, or {HeaderBytes + (2 * idBytes)} with distances; it has {file.Length}");
        }

        if (queries != queryCount)
        {
            throw Wrong(path, $"is about {queries} queries, the query file has {queryCount}");
        }

        if (fileK < k)
        {
            throw Wrong(
                path, $"has {fileK} neighbours of each query; {k} are needed. Ask for a smaller --k");
        }

        var ids = new int[queryCount * k];
        var line = new uint[fileK];
        for (int query = 0; query < queryCount; query++)
        {
            file.ReadExactly(MemoryMarshal.AsBytes(line.AsSpan()));
            for (int i = 0; i < k; i++)
            {
                uint id = BitConverter.IsLittleEndian
                    ? line[i]
                    : BinaryPrimitives.ReverseEndianness(line[i]);
                if (id >= baseCount)
                {
                    throw Wrong(
                        path,
                        $"names row {id} as a neighbour of query {query}; the base has {baseCount} rows. It "
                        + "belongs to another base");
                }

                ids[(query * k) + i] = (int)id;
            }
        }

        return new TruthFile(queryCount, k, ids);
    }

    /// <summary>Writes neighbours with their distances; every query has as many.</summary>
    internal static void Write(string path, Neighbour[][] neighbours)
    {
        using var file = new BinaryFile(path);
        file.Write((uint)neighbours.Length);
        file.Write((uint)neighbours[0].Length);
        foreach (Neighbour[] nearest in neighbours)
        {
            foreach (Neighbour neighbour in nearest)
            {
                file.Write((uint)neighbour.Id);
            }
        }

        foreach (Neighbour[] nearest in neighbours)
        {
            foreach (Neighbour neighbour in nearest)
            {
                file.Write((float)neighbour.Distance);
            }
        }

        file.Finish();
    }

    private static UserException Wrong(string path, string what)
        => new(ExitCode.Data, $"{path}: as truth, this file {what}.");
}
