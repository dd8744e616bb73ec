using System.Runtime.InteropServices;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Writes the sections of a column in another order than that of its sources: a part of the section is
/// filled in memory while the sources are read from their start to their end, then the next part. No row is
/// fetched alone from the disk. O(vectors x parts) steps; a part is as long as the buffer.
/// </summary>
/// <param name="writer">Where the sections go.</param>
/// <param name="sources">The rows.</param>
/// <param name="bufferBytes">Length of a part.</param>
internal sealed class OrderedVectors(BlockWriter writer, IReadOnlyList<IRowSource> sources, int bufferBytes)
{
    /// <summary>Codes of a source after which its pages are taken out of this process's memory.</summary>
    internal const int ForgetBytes = 16 << 20;

    private byte[] _buffer = [];

    private delegate void Fill(IRowSource source, int vector, Span<byte> element);

    /// <summary>The codes.</summary>
    internal void WriteCodes(ColumnOrder order, int stride)
        => Write(order, stride, (source, vector, element) =>
            MemoryMarshal.AsBytes(source.Codes(order.Column, vector)).CopyTo(element));

    /// <summary>One of the numbers beside the codes.</summary>
    internal void WriteSides<T>(ColumnOrder order, Func<QuantizedRow, T> number)
        where T : unmanaged
        => Write(order, Marshal.SizeOf<T>(), (source, vector, element) =>
            MemoryMarshal.Write(element, number(source.Side(order.Column, vector))));

    /// <summary>The rows of the vectors.</summary>
    internal void WriteOwners(ColumnOrder order)
    {
        int part = PartRows(order, sizeof(uint));
        Span<uint> owners = MemoryMarshal.Cast<byte, uint>(_buffer.AsSpan());
        for (int first = 0; first < order.Count; first += part)
        {
            int count = Math.Min(part, order.Count - first);
            int from = first;
            order.ForEachRow((at, newOrdinal) =>
            {
                uint place = order[at] - (uint)from;
                if (place < (uint)count)
                {
                    MemoryMarshal.Write(_buffer.AsSpan((int)place * sizeof(uint)), (uint)newOrdinal);
                }
            });
            writer.Write(MemoryMarshal.AsBytes(owners[..count]));
        }
    }

    /// <summary>The vectors of the rows.</summary>
    internal void WriteVectors(ColumnOrder order)
    {
        for (int i = 0; i < sources.Count; i++)
        {
            IRowSource source = sources[i];
            for (int row = 0; row < source.RowCount; row++)
            {
                if (source.IsLive(row))
                {
                    int vector = source.VectorOf(order.Column, row);
                    writer.Write(vector < 0 ? ColumnOrder.None : order.PlaceOf(i, vector));
                }
            }
        }
    }

    private void Write(ColumnOrder order, int elementBytes, Fill fill)
    {
        int part = PartRows(order, elementBytes);
        int step = Math.Max(1, ForgetBytes / elementBytes);
        for (int first = 0; first < order.Count; first += part)
        {
            int count = Math.Min(part, order.Count - first);
            for (int i = 0; i < sources.Count; i++)
            {
                ReadOnlySpan<uint> places = order.PlacesOf(i);
                int copied = 0;
                for (int vector = 0; vector < places.Length; vector++)
                {
                    uint place = places[vector] - (uint)first;
                    if (place >= (uint)count)
                    {
                        continue;
                    }

                    fill(sources[i], vector, _buffer.AsSpan((int)place * elementBytes, elementBytes));
                    if (++copied % step == 0)
                    {
                        sources[i].Forget();
                    }
                }

                sources[i].Forget();
            }

            writer.Write(_buffer.AsSpan(0, count * elementBytes));
        }
    }

    private int PartRows(ColumnOrder order, int elementBytes)
    {
        int rows = Math.Clamp(bufferBytes / elementBytes, 1, Math.Max(1, order.Count));
        if (_buffer.Length < rows * elementBytes)
        {
            _buffer = new byte[rows * elementBytes];
        }

        return rows;
    }
}
