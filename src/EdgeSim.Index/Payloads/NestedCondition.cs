namespace EdgeSim.Index.Payloads;

/// <summary>
/// One element fulfils a whole filter. No index: those say which rows have a value, not which element.
/// </summary>
internal sealed class NestedCondition(string path, PreparedCondition filter)
    : FieldCondition(path.EndsWith("[]", StringComparison.Ordinal) ? path : path + "[]")
{
    protected override bool Leaf(ReadOnlySpan<byte> value, Key key)
        => new PayloadCursor(value).Read().Kind == PayloadKind.Map && filter.Matches(key, value);
}
