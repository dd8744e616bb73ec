namespace EdgeSim.Index.Payloads;

/// <summary>A condition on the values at a path.</summary>
internal abstract class FieldCondition(string path) : PreparedCondition
{
    /// <summary>Where.</summary>
    public PayloadPath Path { get; } = PayloadPath.Parse(path);

    public sealed override bool Matches(Key key, ReadOnlySpan<byte> payload)
    {
        var visitor = new Visitor(this, key);
        bool ended = PayloadWalk.Any(payload, Path.Parts, ref visitor);
        return Conclude(ended, visitor.Seen);
    }

    /// <summary>Whether the value at the end of the path decides; arrays decide by their elements.</summary>
    protected virtual bool Leaf(ReadOnlySpan<byte> value, Key key)
    {
        var cursor = new PayloadCursor(value);
        PayloadToken token = cursor.Read();
        if (token.Kind != PayloadKind.Array)
        {
            return Value(token, value);
        }

        for (int i = 0; i < token.Count; i++)
        {
            int start = cursor.Position;
            PayloadCursor element = cursor;
            if (!cursor.Skip())
            {
                return false;
            }

            if (Value(element.Read(), value[start..cursor.Position]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one value, no array of several, fulfils the condition.</summary>
    /// <param name="token">The scalar, or the header of the map or array.</param>
    /// <param name="value">The same value as bytes, for those who want to look into it.</param>
    protected virtual bool Value(in PayloadToken token, ReadOnlySpan<byte> value) => false;

    /// <summary>What it means that a value decided, or that none did.</summary>
    protected virtual bool Conclude(bool decided, int seen) => decided;

    private struct Visitor(FieldCondition condition, Key key) : ILeafVisitor
    {
        public int Seen { get; private set; }

        public bool Visit(ReadOnlySpan<byte> value)
        {
            Seen++;
            return condition.Leaf(value, key);
        }
    }
}
