namespace EdgeSim.Commands.Ann;

/// <summary>Writes an <c>.fbin</c> file: uint32 rows, uint32 dimension, then the rows in float32.</summary>
internal sealed class FbinWriter : IDisposable
{
    private readonly BinaryFile _file;
    private readonly int _rows;
    private readonly int _dimension;
    private int _written;

    internal FbinWriter(string path, int rows, int dimension)
    {
        _file = new BinaryFile(path);
        _rows = rows;
        _dimension = dimension;
        _file.Write((uint)rows);
        _file.Write((uint)dimension);
    }

    /// <summary>Appends a row.</summary>
    internal void Write(ReadOnlySpan<float> row)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, _dimension);
        _file.Write(row);
        _written++;
    }

    /// <summary>Gives the file its name; all rows were written.</summary>
    internal void Finish()
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(_written, _rows);
        _file.Finish();
    }

    public void Dispose() => _file.Dispose();
}
