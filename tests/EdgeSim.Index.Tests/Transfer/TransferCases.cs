using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>What the tests of imports and exports share.</summary>
internal static class TransferCases
{
    public static string Fixture(string name)
        => Path.Combine(AppContext.BaseDirectory, "fixtures", "vectors", name);

    /// <summary>A collection that fits a file, with everything of it in it.</summary>
    public static Collection Import(
        string path, string file, PointFormat format, PointReaderOptions options, Metric metric = Metric.Dot)
    {
        using PointReader points = PointReader.Open(file, format, options);
        Collection collection = Collection.Create(
            path, Rows.Options(metric, points.Vectors[0].Dimension), Rows.Quiet);
        try
        {
            collection.Import(points);
            return collection;
        }
        catch
        {
            collection.Dispose();
            throw;
        }
    }

    public static float[] VectorOf(this Collection collection, Key key)
    {
        using CollectionReader reader = collection.Read();
        Assert.True(reader.TryGet(key, out Match row));
        var vector = new float[collection.Options.Default.Dimension];
        Assert.True(reader.TryCopyVector(row, vector));
        return vector;
    }

    public static sbyte[] CodesOf(this Collection collection, Key key, string vector)
    {
        using CollectionReader reader = collection.Read();
        Assert.True(reader.TryGet(key, out Match row));
        var codes = new sbyte[collection.Options.Vectors[collection.Options.ColumnOf(vector)].Dimension];
        if (reader.HasVector(row, vector))
        {
            reader.CopyCodes(row, vector, codes);
        }

        return codes;
    }
}
