using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Reads the points of a file from its start to its end, in bounded memory, and trusts nothing in it. Not for
/// two threads at once.
/// </summary>
public abstract class PointReader : IDisposable
{
    private protected PointReader(string path, Stream input)
    {
        Path = path;
        Input = input;
        Bytes = input.Length;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Length of the file.</summary>
    public long Bytes { get; }

    /// <summary>Bytes read so far.</summary>
    public abstract long BytesRead { get; }

    /// <summary>Points in the file, where it says so; null otherwise.</summary>
    public abstract long? Count { get; }

    /// <summary>The vectors of the first point; none where the file is empty.</summary>
    public abstract IReadOnlyList<PointVector> Vectors { get; }

    private protected Stream Input { get; }

    /// <summary>Opens a file of points.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="options">What stands beside it.</param>
    /// <exception cref="TransferException">It does not begin as its format says.</exception>
    /// <exception cref="IOException">It is not there, or the disk refuses.</exception>
    public static PointReader Open(string path, PointFormat format, PointReaderOptions options)
    {
        var input = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0,
            FileOptions.SequentialScan);
        try
        {
            return Open(path, input, format, options);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <summary>
    /// About how many points are left after so many, where the file does not say it: as many bytes each as
    /// those before, and a fiftieth more; null before there were enough to tell.
    /// </summary>
    internal long? EstimateLeft(long read) => read >= 1000 && BytesRead > 0
        ? 1 + (long)(read * 1.02 * (Bytes - BytesRead) / BytesRead)
        : null;

    /// <summary>Appends the next points to a load.</summary>
    /// <param name="load">Of the collection that gets them.</param>
    /// <param name="rows">How many at most.</param>
    /// <returns>How many there were; 0 at the end.</returns>
    /// <exception cref="TransferException">
    /// The file is not as its format says, or holds a point that this collection cannot take: what, where,
    /// and what is allowed.
    /// </exception>
    public abstract int AppendTo(BulkLoad load, int rows);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    internal static PointReader Open(
        string path, Stream input, PointFormat format, PointReaderOptions options)
    {
        if (!format.HasKeys())
        {
            return new VectorReader(path, input, VectorLayout.Of(path, input, format), options);
        }

        return options.IdsPath is null && options.PayloadsPath is null && options.Vector is null
            ? new PointFileReader(
                path,
                input,
                format == PointFormat.JsonLines
                    ? new JsonPointParser(path, input)
                    : new MessagePackPointParser(path, input))
            : throw new ArgumentException(
                $"Points of {path} have their own ids, payloads and names of vectors; give none beside it.",
                nameof(options));
    }

    private protected virtual void Dispose(bool disposing) => Input.Dispose();

    /// <summary>Does something to a load, with the place in the file where the load refuses.</summary>
    private protected void At(Func<string> place, Action action)
    {
        try
        {
            action();
        }
        catch (Exception refused) when (
            refused is VectorException or PayloadException
            || (refused is ArgumentException && refused is not ArgumentNullException))
        {
            throw new TransferException(Path, place(), refused.Message, refused);
        }
    }
}
