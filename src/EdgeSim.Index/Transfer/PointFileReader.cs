namespace EdgeSim.Index.Transfer;

/// <summary>Points with keys, named vectors and payloads.</summary>
internal sealed class PointFileReader : PointReader
{
    private readonly PointParser _parser;
    private readonly ParsedPoint _point = new();
    private bool _isRead;

    internal PointFileReader(string path, Stream input, PointParser parser)
        : base(path, input)
    {
        _parser = parser;
        _isRead = parser.TryRead(_point);
        Vectors = _isRead ? _point.Vectors : [];
    }

    public override long BytesRead => _parser.BytesRead;

    public override long? Count => null;

    public override IReadOnlyList<PointVector> Vectors { get; }

    public override int AppendTo(BulkLoad load, int rows)
    {
        int count = 0;
        while (count < rows && (_isRead || _parser.TryRead(_point)))
        {
            _isRead = false;
            At(() => _parser.Place, () => _point.AppendTo(load));
            count++;
        }

        return count;
    }

    private protected override void Dispose(bool disposing)
    {
        _parser.Dispose();
        base.Dispose(disposing);
    }
}
