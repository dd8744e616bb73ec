namespace EdgeSim.Index.Transfer;

/// <summary>Writes points of a reader to a file, one after the other.</summary>
internal abstract class PointWriter : IDisposable
{
    /// <summary>Writes one; false where the format cannot hold it.</summary>
    /// <exception cref="TransferException">Its values are none that the format has.</exception>
    internal abstract bool TryWrite(in CollectionReader reader, in Match row);

    /// <summary>Makes the files durable under their names; the result without what was left out.</summary>
    internal abstract ExportResult Finish();

    public abstract void Dispose();

    /// <summary>
    /// The vector of a row as floats. The largest component that may be stored comes back from its code
    /// rounded upwards at times, and must not be refused for that.
    /// </summary>
    private protected static bool TryRead(
        in CollectionReader reader, in Match row, VectorOptions vector, Span<float> values)
    {
        if (!reader.TryCopyVector(row, values, vector.Name))
        {
            return false;
        }

        for (int i = 0; i < values.Length && vector.Metric != Metric.Cosine; i++)
        {
            values[i] = Math.Clamp(values[i], -IndexLimits.ComponentMax, IndexLimits.ComponentMax);
        }

        return true;
    }
}
