namespace EdgeSim.Index.Transfer;

/// <summary>Writes the points of a reader to a file, in key order.</summary>
internal static class Exporter
{
    private const int PageRows = 256;

    /// <summary>Bytes of vectors after which what was read of them is let out of memory.</summary>
    private const long DropBytes = 16 << 20;

    internal static ExportResult Run(
        in CollectionReader reader, string path, PointFormat format, ExportOptions options)
    {
        CollectionOptions collection = reader.Snapshot.Options;
        using PointWriter writer = Open(reader, path, format, options, collection);
        var page = new Match[PageRows];
        Key? from = null;
        long done = 0;
        long without = 0;
        long rowBytes = collection.Vectors.Sum(vector => (long)vector.Stride);
        long dropped = 0;
        do
        {
            int count = reader.Scroll(from, page, out from);
            foreach (ref readonly Match row in page.AsSpan(0, count))
            {
                without += writer.TryWrite(reader, row) ? 0 : 1;
            }

            done += count;
            options.Progress?.Invoke(done, reader.Count);
            if ((done - dropped) * rowBytes >= DropBytes)
            {
                dropped = done;
                Array.ForEach(reader.Snapshot.Views, view => view.Segment.DropPages());
            }
        }
        while (from is not null);
        return writer.Finish() with { WithoutVector = without };
    }

    private static PointWriter Open(
        in CollectionReader reader,
        string path,
        PointFormat format,
        ExportOptions options,
        CollectionOptions collection)
    {
        if (format.HasKeys() && options.Vector is not null)
        {
            throw new ArgumentException(
                "Points are written with all their vectors; name one only for a format of vectors.",
                nameof(options));
        }

        int column = collection.ColumnOf(options.Vector);
        var file = new TransferFile(path, options.Overwrites);
        try
        {
            return format switch
            {
                PointFormat.JsonLines => new JsonPointWriter(file, collection),
                PointFormat.MessagePack => new MessagePackPointWriter(file, collection),
                _ => new VectorWriter(
                    file, format, collection.Vectors[column], HasUuids(reader), options.Overwrites),
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether some key is a UUID: they come behind all numbers.</summary>
    private static bool HasUuids(in CollectionReader reader)
    {
        var row = new Match[1];
        return reader.Scroll(Guid.Empty, row, out _) > 0;
    }
}
