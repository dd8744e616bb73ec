using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// The header of NumPy's <c>.npy</c> format, versions 1 to 3: magic, version, length, then a Python
/// dictionary with <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// </summary>
internal static partial class NpyHeader
{
    /// <summary>Magic, two bytes of version, and the longest length field.</summary>
    internal const int FixedBytes = 12;

    /// <summary>Text of a header that is read; that of a plain two-dimensional array has 118 bytes.</summary>
    private const int TextBytesMax = 4096;

    private const int VersionOffset = 6;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the layout.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="start">The file's first bytes, <see cref="BytesNeeded"/> or all there are.</param>
    /// <exception cref="VectorException">Not such a file, or one with other numbers than ours.</exception>
    internal static VectorLayout Read(string path, ReadOnlySpan<byte> start)
    {
        if (start.Length < FixedBytes || !start.StartsWith(Magic))
        {
            throw VectorFile.Wrong(path, "does not begin as NumPy files do (93 'NUMPY')");
        }

        bool isShort = start[VersionOffset] == 1;
        int textStart = isShort ? FixedBytes - sizeof(ushort) : FixedBytes;
        long length = isShort
            ? BinaryPrimitives.ReadUInt16LittleEndian(start[(VersionOffset + 2)..])
            : BinaryPrimitives.ReadUInt32LittleEndian(start[(VersionOffset + 2)..]);
        if (start[VersionOffset] is < 1 or > 3 || length > TextBytesMax || textStart + length > start.Length)
        {
            throw VectorFile.Wrong(
                path,
                $"has version {start[VersionOffset]} and a header of {length} bytes; versions 1 to 3 with up "
                + $"to {TextBytesMax} are read");
        }

        string text = Encoding.Latin1.GetString(start.Slice(textStart, (int)length));
        var descr = Descr().Match(text);
        var order = Order().Match(text);
        var shape = Shape().Match(text);
        if (!descr.Success || !order.Success || !shape.Success)
        {
            throw VectorFile.Wrong(
                path, $"has the header {text.Trim()}; a two-dimensional array (rows, dimension) is read");
        }

        if (order.Groups[1].Value == "True" && shape.Groups[1].Value != "1" && shape.Groups[2].Value != "1")
        {
            throw VectorFile.Wrong(
                path, "is stored column by column; save it with numpy.ascontiguousarray");
        }

        return new VectorLayout(
            Number(path, shape.Groups[1].Value),
            (int)Math.Min(Number(path, shape.Groups[2].Value), int.MaxValue),
            ElementOf(path, descr.Groups[1].Value),
            textStart + (int)length,
            0);
    }

    /// <summary>How many of the file's first bytes hold the longest header that is read.</summary>
    internal static int BytesNeeded => FixedBytes + TextBytesMax;

    private static VectorElement ElementOf(string path, string descr) => descr switch
    {
        "<f4" => VectorElement.Float32,
        "<f8" => VectorElement.Float64,
        "|i1" => VectorElement.Int8,
        "|u1" => VectorElement.UInt8,
        _ => throw VectorFile.Wrong(
            path, $"holds '{descr}'; little-endian float32, float64, int8 and uint8 are read"),
    };

    private static long Number(string path, string digits)
        => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw VectorFile.Wrong(path, $"has a shape with {digits}");

    [GeneratedRegex("'descr': *'([^']*)'")]
    private static partial Regex Descr();

    [GeneratedRegex("'fortran_order': *(True|False)")]
    private static partial Regex Order();

    [GeneratedRegex(@"'shape': *\((\d+), *(\d+),? *\)")]
    private static partial Regex Shape();
}
