using System.Buffers.Binary;
using System.Text;

namespace EdgeSim.Index.Transfer;

/// <summary>The keys of the rows of a file of vectors, one after the other.</summary>
internal abstract class KeySource : IDisposable
{
    /// <summary>Letters of a key: a UUID in braces has 38.</summary>
    private const int LineBytesMax = 100;

    /// <param name="path">The file of keys; null: they count on from the first one.</param>
    /// <param name="first">The first key where there is no file.</param>
    /// <param name="count">Rows that need a key.</param>
    internal static KeySource Open(string? path, ulong first, long count)
    {
        if (path is null)
        {
            return new Counting(first);
        }

        return System.IO.Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase)
            ? Numbers.Open(path, count)
            : new Texts(path);
    }

    /// <summary>The key of a row; rows are asked for in order.</summary>
    internal abstract Key Next(long row);

    /// <summary>Checks that there are no more keys than rows.</summary>
    internal abstract void End(long rows);

    public virtual void Dispose()
    {
    }

    private sealed class Counting(ulong first) : KeySource
    {
        internal override Key Next(long row) => first + (ulong)row;

        internal override void End(long rows)
        {
        }
    }

    private sealed class Texts(string path) : KeySource
    {
        private readonly LineReader _lines = LineReader.Open(path, LineBytesMax);

        internal override Key Next(long row)
        {
            if (!_lines.TryRead(out ReadOnlySpan<byte> line))
            {
                throw new TransferException(
                    path, $"line {_lines.Number + 1}",
                    $"the file ends; row {row} of the vectors has no key.");
            }

            string text = Encoding.UTF8.GetString(line).Trim();
            return Key.TryParse(text, out Key key)
                ? key
                : throw new TransferException(
                    path, $"line {_lines.Number}", $"'{text}' is neither a number nor a UUID.");
        }

        internal override void End(long rows)
        {
            if (_lines.TryRead(out _))
            {
                throw new TransferException(
                    path, $"line {_lines.Number}", $"there are more keys than the {rows} vectors.");
            }
        }

        public override void Dispose() => _lines.Dispose();
    }

    private sealed class Numbers(string path, Stream input, string descr) : KeySource
    {
        private readonly byte[] _element = new byte[descr[2] - '0'];

        internal static Numbers Open(string path, long count)
        {
            var input = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 << 10);
            try
            {
                NpyHeader header = NpyHeader.Read(path, input);
                if (header.Descr is not ("<u8" or "<i8" or "<u4" or "<i4") || header.Shape.Length != 1)
                {
                    throw new TransferException(
                        path,
                        "header",
                        $"the array is of '{header.Descr}' and has {header.Shape.Length} dimensions; keys "
                        + $"are "
                        + "an array of one dimension of '<u8', '<i8', '<u4' or '<i4'.");
                }

                Int128 bytes = header.Bytes + ((Int128)header.Shape[0] * (header.Descr[2] - '0'));
                if (header.Shape[0] != count || bytes != input.Length)
                {
                    throw new TransferException(
                        path,
                        "header",
                        $"there are {header.Shape[0]} keys in {input.Length} bytes for {count} vectors.");
                }

                return new Numbers(path, input, header.Descr);
            }
            catch
            {
                input.Dispose();
                throw;
            }
        }

        internal override Key Next(long row)
        {
            if (input.ReadAtLeast(_element, _element.Length, throwOnEndOfStream: false) < _element.Length)
            {
                throw new TransferException(path, $"element {row}", "the file ends here.");
            }

            return descr switch
            {
                "<u8" => BinaryPrimitives.ReadUInt64LittleEndian(_element),
                "<u4" => (ulong)BinaryPrimitives.ReadUInt32LittleEndian(_element),
                "<i8" => Positive(BinaryPrimitives.ReadInt64LittleEndian(_element), row),
                _ => Positive(BinaryPrimitives.ReadInt32LittleEndian(_element), row),
            };
        }

        internal override void End(long rows)
        {
        }

        public override void Dispose() => input.Dispose();

        private Key Positive(long number, long row) => number >= 0
            ? (ulong)number
            : throw new TransferException(
                path, $"element {row}", $"the key is {number}; allowed are 0 and more.");
    }
}
