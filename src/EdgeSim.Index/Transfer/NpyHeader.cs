using System.Globalization;
using System.Text;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// The header of a <c>.npy</c> file (NumPy Enhancement Proposal 1, versions 1 to 3): a Python dictionary of
/// the three entries descr, fortran_order and shape, of which only what NumPy itself writes is taken.
/// </summary>
/// <param name="Descr">Type of the elements, as "&lt;f4".</param>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="Bytes">Length of the header: where the elements begin.</param>
internal sealed record NpyHeader(string Descr, long[] Shape, int Bytes)
{
    private const int MagicBytes = 8;

    /// <summary>NumPy's own limit of what it reads without being told that a file is trusted.</summary>
    private const int TextBytesMax = 10_000;

    internal static NpyHeader Read(string path, Stream input)
    {
        ReadOnlySpan<byte> start = VectorLayout.ReadStart(input, stackalloc byte[MagicBytes]);
        if (start.Length < MagicBytes || start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
        {
            throw new TransferException(path, "byte 0", "the file does not begin as a .npy file does.");
        }

        if (start[6] is < 1 or > 3 || start[7] != 0)
        {
            throw new TransferException(
                path, "byte 6", $"the version is {start[6]}.{start[7]}; allowed are 1.0, 2.0 and 3.0.");
        }

        int sizeBytes = start[6] == 1 ? 2 : 4;
        Span<byte> size = stackalloc byte[4];
        size.Clear();
        if (VectorLayout.ReadStart(input, size[..sizeBytes]).Length < sizeBytes)
        {
            throw new TransferException(path, "byte 8", "the file ends within its header.");
        }

        uint length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > TextBytesMax)
        {
            throw new TransferException(
                path, "byte 8", $"the header has {length} bytes; allowed are {TextBytesMax}.");
        }

        ReadOnlySpan<byte> text = VectorLayout.ReadStart(input, new byte[length]);
        return text.Length == length
            ? Parse(path, Encoding.Latin1.GetString(text), MagicBytes + sizeBytes + text.Length)
            : throw new TransferException(path, "byte 10", "the file ends within its header.");
    }

    /// <summary>The bytes of a header of version 1, 128 of them, for so many rows.</summary>
    internal static byte[] Serialize(string descr, params ReadOnlySpan<long> shape)
    {
        const int Length = 128;
        string lengths = string.Join(", ", shape.ToArray()) + (shape.Length == 1 ? "," : "");
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({lengths}), }}");
        var bytes = new byte[Length];
        bytes[0] = 0x93;
        "NUMPY"u8.CopyTo(bytes.AsSpan(1));
        bytes[6] = 1;
        bytes[MagicBytes] = Length - MagicBytes - 2;
        bytes.AsSpan(MagicBytes + 2).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(MagicBytes + 2));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    /// <summary>As rows of vectors.</summary>
    internal VectorLayout ToLayout(string path)
    {
        VectorElement element = Descr switch
        {
            "<f4" => VectorElement.Float32,
            "<f8" => VectorElement.Float64,
            "<f2" => VectorElement.Float16,
            "|i1" => VectorElement.Int8,
            "|u1" => VectorElement.UInt8,
            _ => throw new TransferException(
                path,
                "header",
                $"the elements are '{Descr}'; allowed are '<f4', '<f8', '<f2', '|i1' and '|u1'. "
                + "In NumPy: array.astype('<f4')."),
        };
        return Shape.Length == 2
            ? new VectorLayout(
                Bytes, Shape[0], (int)Math.Min(Shape[1], int.MaxValue), element, HasPrefix: false)
            : throw new TransferException(
                path,
                "header",
                $"the array has {Shape.Length} dimensions; vectors are rows of an array of 2.");
    }

    private static NpyHeader Parse(string path, string text, int bytes)
    {
        string? descr = null;
        bool? isFortran = null;
        long[]? shape = null;
        var parser = new Literal(path, text);
        parser.Take('{');
        while (!parser.TryTake('}'))
        {
            string key = parser.TakeString();
            parser.Take(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = parser.TakeString();
                    break;
                case "fortran_order" when isFortran is null:
                    isFortran = parser.TakeBoolean();
                    break;
                case "shape" when shape is null:
                    shape = parser.TakeShape();
                    break;
                default:
                    throw parser.Wrong(
                        $"the entry '{key}' is unknown or comes twice; allowed are descr, fortran_order, "
                        + $"shape.");
            }

            if (!parser.TryTake(','))
            {
                parser.Take('}');
                break;
            }
        }

        parser.TakeEnd();
        if (descr is null || isFortran is null || shape is null)
        {
            throw parser.Wrong("descr, fortran_order or shape is missing.");
        }

        return !isFortran.Value || shape.Length < 2
            ? new NpyHeader(descr, shape, bytes)
            : throw parser.Wrong(
                "the array is stored column by column (fortran_order); rows must come one after the other. "
                + "In NumPy: numpy.ascontiguousarray(array).");
    }

    /// <summary>The part of Python's literals that headers are made of.</summary>
    private ref struct Literal(string path, string text)
    {
        private int _at;

        internal bool TryTake(char expected)
        {
            Pass();
            if (_at < text.Length && text[_at] == expected)
            {
                _at++;
                return true;
            }

            return false;
        }

        internal void Take(char expected)
        {
            if (!TryTake(expected))
            {
                throw Wrong($"there is no '{expected}' where one should be.");
            }
        }

        internal string TakeString()
        {
            char quote = TryTake('"') ? '"' : '\'';
            if (quote == '\'')
            {
                Take('\'');
            }

            int end = text.IndexOf(quote, _at);
            if (end < 0 || text.AsSpan(_at, end - _at).Contains('\\'))
            {
                throw Wrong("a text has no end, or an escape.");
            }

            string value = text[_at..end];
            _at = end + 1;
            return value;
        }

        internal bool TakeBoolean()
        {
            Pass();
            bool isTrue = text.AsSpan(_at).StartsWith("True", StringComparison.Ordinal);
            if (!isTrue && !text.AsSpan(_at).StartsWith("False", StringComparison.Ordinal))
            {
                throw Wrong("neither True nor False stands where one of them should.");
            }

            _at += isTrue ? 4 : 5;
            return isTrue;
        }

        internal long[] TakeShape()
        {
            var shape = new List<long>();
            Take('(');
            while (!TryTake(')'))
            {
                Pass();
                int end = _at;
                while (end < text.Length && char.IsAsciiDigit(text[end]))
                {
                    end++;
                }

                if (!long.TryParse(
                    text.AsSpan(
                        _at, end - _at), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
                {
                    throw Wrong("the shape has something that is no length.");
                }

                _at = end;
                shape.Add(length);
                if (!TryTake(','))
                {
                    Take(')');
                    break;
                }
            }

            return [.. shape];
        }

        internal void TakeEnd()
        {
            Pass();
            if (_at < text.Length)
            {
                throw Wrong("something follows the dictionary.");
            }
        }

        internal readonly TransferException Wrong(string what) => new(path, $"header, character {_at}", what);

        private void Pass()
        {
            while (_at < text.Length && text[_at] is ' ' or '\n')
            {
                _at++;
            }
        }
    }
}
