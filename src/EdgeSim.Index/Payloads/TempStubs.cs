namespace EdgeSim.Index.Payloads;
public sealed record Filter;
public enum PayloadIndexKind { Keyword = 1, Text = 7 }
public readonly record struct PayloadIndexField(string Path, PayloadIndexKind Kind);
internal sealed class RowBitmap { internal bool Contains(int i) => true; }
internal static class FilteredRows {
  internal static RowBitmap Evaluate(EdgeSim.Index.Storage.Snapshot s, int i, Filter f) => throw new Exception();
  internal static long Count(EdgeSim.Index.Storage.Snapshot s, Filter f) => throw new Exception(); }
internal static class SegmentIndexes { internal static ReadOnlySpan<byte> Build(IReadOnlyList<EdgeSim.Index.Storage.IRowSource> s, IReadOnlyList<PayloadIndexField> f) => default; }
