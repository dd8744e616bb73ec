using System.Buffers;

namespace MessagePack.Tests;

/// <summary>The same bytes whole and in pieces of one byte, as they come from a pipe.</summary>
internal static class Pieces
{
    public static IEnumerable<ReadOnlySequence<byte>> Of(byte[] bytes)
    {
        yield return new ReadOnlySequence<byte>(bytes);
        if (bytes.Length > 1)
        {
            var first = new Piece(bytes.AsMemory(0, 1), 0);
            Piece last = first;
            for (int i = 1; i < bytes.Length; i++)
            {
                last = last.Append(bytes.AsMemory(i, 1));
            }

            yield return new ReadOnlySequence<byte>(first, 0, last, 1);
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
