namespace EdgeSim.Index.Payloads;

/// <summary>Finds the values at a path in place. O(bytes before and in them); takes no memory.</summary>
internal static class PayloadWalk
{
    /// <summary>Shows the visitor every value at the path; whether it ended the walk.</summary>
    public static bool Any<TVisitor>(
        ReadOnlySpan<byte> value, ReadOnlySpan<PayloadPath.Part> path, ref TVisitor visitor)
        where TVisitor : struct, ILeafVisitor, allows ref struct
    {
        if (path.IsEmpty)
        {
            return visitor.Visit(value);
        }

        var cursor = new PayloadCursor(value);
        PayloadToken token = cursor.Read();
        PayloadPath.Part part = path[0];
        if (token.Kind != (part.Key is null ? PayloadKind.Array : PayloadKind.Map))
        {
            return false;
        }

        for (int i = 0; i < token.Count; i++)
        {
            bool isMeant = part.Key is null
                ? part.Element == PayloadPath.Every || part.Element == i
                : cursor.Read().Bytes.SequenceEqual(part.Key);
            if (!isMeant)
            {
                if (!cursor.Skip())
                {
                    return false;
                }

                continue;
            }

            ReadOnlySpan<byte> child = cursor.Take();
            if (child.IsEmpty)
            {
                return false;
            }

            if (Any(child, path[1..], ref visitor))
            {
                return true;
            }

            if (part.Element != PayloadPath.Every)
            {
                // A key stands once in a map, and so does a place in an array.
                return false;
            }
        }

        return false;
    }
}
