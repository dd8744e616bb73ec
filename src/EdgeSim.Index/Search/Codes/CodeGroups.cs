using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// The order of compressed codes in a section: a list is cut into groups of up to 1,024 vectors, and what
/// belongs to a group lies together, the numbers beside the codes first. So a list is one read, and a group
/// is scanned by one call of a kernel.
/// </summary>
internal static class CodeGroups
{
    /// <summary>Vectors of a group.</summary>
    internal const int Rows = 1024;

    /// <summary>Bytes of a group's blocks that are encoded before they are written.</summary>
    private const int BatchGroups = 64;

    /// <summary>Where the codes of a section start.</summary>
    internal const int Alignment = 64;

    /// <summary>Encodes all vectors, by several threads, and writes the groups in order.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="blockBytes">Bytes of 32 vectors.</param>
    /// <param name="threads">Threads at most.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="forget">Called after each batch: what was read is not needed again.</param>
    /// <param name="encoder">Makes what encodes a group, once for each thread.</param>
    internal static void Write(
        CodeLists lists,
        int blockBytes,
        int threads,
        Stream to,
        CancellationToken stop,
        Action? forget,
        Func<GroupEncoder> encoder)
    {
        var groups = new List<(int List, int First, int Count, int Offset)>(BatchGroups);
        byte[] bytes = new byte[BatchGroups * (Rows / VectorKernels.BlockRows) * blockBytes];
        int end = 0;
        for (int list = 0; list < lists.Count; list++)
        {
            int size = lists.Size(list);
            for (int from = 0; from < size; from += Rows)
            {
                int count = Math.Min(Rows, size - from);
                groups.Add((list, lists.First(list) + from, count, end));
                end += CodeLists.BlocksOf(count) * blockBytes;
                if (groups.Count == BatchGroups)
                {
                    Flush();
                }
            }
        }

        Flush();

        void Flush()
        {
            ParallelRun.For(groups.Count, threads, stop, () =>
            {
                GroupEncoder own = encoder();
                return i =>
                {
                    (int list, int first, int count, int offset) = groups[i];
                    Span<byte> group = bytes.AsSpan(offset, CodeLists.BlocksOf(count) * blockBytes);
                    group.Clear();
                    own.Encode(list, first, count, group);
                };
            });
            to.Write(bytes.AsSpan(0, end));
            forget?.Invoke();
            groups.Clear();
            end = 0;
        }
    }

    /// <summary>Reads a group.</summary>
    /// <param name="section">The section.</param>
    /// <param name="codesOffset">Where its codes start.</param>
    /// <param name="blockBytes">Bytes of 32 vectors.</param>
    /// <param name="lists">The lists.</param>
    /// <param name="list">One of them.</param>
    /// <param name="from">The first vector, counted within the list; a multiple of a group.</param>
    /// <param name="count">How many, to the end of the group.</param>
    /// <exception cref="IndexCorruptException">A block fails its checksum.</exception>
    internal static ReadOnlySpan<byte> Read(
        Section section,
        long codesOffset,
        int blockBytes,
        CodeLists lists,
        int list,
        int from,
        out int count)
    {
        count = Math.Min(Rows, lists.Size(list) - from);
        long block = lists.FirstBlock(list) + (from / VectorKernels.BlockRows);
        return section.Read<byte>(
            codesOffset + (block * blockBytes), CodeLists.BlocksOf(count) * blockBytes);
    }

    /// <summary>
    /// Takes the next array of numbers, one for each vector of whole blocks, off the start of a group.
    /// </summary>
    internal static ReadOnlySpan<float> TakeFloats(scoped ref ReadOnlySpan<byte> group, int count)
    {
        int bytes = CodeLists.BlocksOf(count) * VectorKernels.BlockRows * sizeof(float);
        ReadOnlySpan<float> floats = MemoryMarshal.Cast<byte, float>(group[..bytes]);
        group = group[bytes..];
        return floats[..count];
    }

    /// <inheritdoc cref="TakeFloats(ref ReadOnlySpan{byte}, int)"/>
    internal static Span<float> TakeFloats(scoped ref Span<byte> group, int count)
    {
        int bytes = CodeLists.BlocksOf(count) * VectorKernels.BlockRows * sizeof(float);
        Span<float> floats = MemoryMarshal.Cast<byte, float>(group[..bytes]);
        group = group[bytes..];
        return floats[..count];
    }
}
