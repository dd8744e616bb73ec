using System.Globalization;
using System.Text;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// A path into payloads, prepared: keys joined by dots, each followed by any number of <c>[]</c> (every
/// element) or <c>[3]</c> (that element). A key with a dot or bracket in it stands in double quotes.
/// </summary>
internal sealed class PayloadPath
{
    /// <summary>Of a part: every element of an array.</summary>
    public const int Every = -1;

    private PayloadPath(string text, Part[] parts)
    {
        Text = text;
        Parts = parts;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>From the top.</summary>
    public Part[] Parts { get; }

    /// <summary>Whether two paths lead to the same, however they are written.</summary>
    public bool Equals(PayloadPath other)
    {
        bool same = Parts.Length == other.Parts.Length;
        for (int i = 0; same && i < Parts.Length; i++)
        {
            Part mine = Parts[i];
            Part theirs = other.Parts[i];
            same = mine.Element == theirs.Element
                && mine.Key is null == theirs.Key is null
                && mine.Key.AsSpan().SequenceEqual(theirs.Key);
        }

        return same;
    }

    /// <exception cref="PayloadException">It is no path.</exception>
    public static PayloadPath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > IndexLimits.PathLengthMax)
        {
            throw new PayloadException(
                $"A path has {text.Length} characters; at most {IndexLimits.PathLengthMax} are allowed.");
        }

        var parts = new List<Part>();
        int at = 0;
        do
        {
            parts.Add(new Part(ReadKey(text, ref at), 0));
            while (at < text.Length && text[at] == '[')
            {
                parts.Add(ReadElement(text, ref at));
            }
        }
        while (at < text.Length && text[at++] == '.');

        if (at != text.Length || text.EndsWith('.'))
        {
            throw Bad(text, $"character {Math.Min(at, text.Length)} cannot stand there");
        }

        if (parts.Count > IndexLimits.PathPartsMax)
        {
            throw Bad(text, $"it has {parts.Count} parts; at most {IndexLimits.PathPartsMax} are allowed");
        }

        return new PayloadPath(text, [.. parts]);
    }

    private static byte[] ReadKey(string text, ref int at)
    {
        string key;
        if (at < text.Length && text[at] == '"')
        {
            int end = text.IndexOf('"', at + 1);
            if (end < 0)
            {
                throw Bad(text, "a double quote is not closed");
            }

            key = text[(at + 1)..end];
            at = end + 1;
        }
        else
        {
            int length = text.AsSpan(at).IndexOfAny('.', '[', ']');
            int end = length < 0 ? text.Length : at + length;
            key = text[at..end];
            at = end;
            if (key.Length == 0)
            {
                throw Bad(text, "a key is empty; write \"\" for the empty key");
            }
        }

        return Encoding.UTF8.GetBytes(key);
    }

    private static Part ReadElement(string text, ref int at)
    {
        int end = text.IndexOf(']', at);
        ReadOnlySpan<char> inside = end < 0 ? default : text.AsSpan(at + 1, end - at - 1);
        int element = Every;
        if (end < 0
            || (inside.Length > 0
                && !int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out element)))
        {
            throw Bad(text, "after [ comes nothing or a number, and then ]");
        }

        at = end + 1;
        return new Part(null, element);
    }

    private static PayloadException Bad(string text, string why)
        => new($"'{text}' is no path: {why}. Examples: a.b, a[].b, a[0], \"a.b\".");

    /// <summary>A key, or an element of an array where there is no key.</summary>
    internal readonly record struct Part(byte[]? Key, int Element);
}
