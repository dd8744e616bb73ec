namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// What a collection must hold, in a plain dictionary, and the comparison of every bit of it.
/// </summary>
internal sealed class StoreModel(CollectionOptions options)
{
    private const int PageRows = 7;

    private readonly SearchScratch _scratch = new();

    internal SortedDictionary<Key, StorePoint> Points { get; } = [];

    internal void Apply(StoreBatch batch) => batch.Changes.ForEach(change => change.ApplyTo(Points, options));

    internal StoreModel Clone()
    {
        var clone = new StoreModel(options);
        foreach ((Key key, StorePoint point) in Points)
        {
            clone.Points.Add(key, point); // Points never change.
        }

        return clone;
    }

    /// <summary>Compares everything: count, key order, every point, and a search by each vector.</summary>
    /// <exception cref="InvalidDataException">Something differs.</exception>
    internal void Compare(in CollectionReader reader)
    {
        Require(reader.Count == Points.Count, $"it has {reader.Count} points, not {Points.Count}");
        CompareScroll(reader);
        foreach (Key key in Points.Keys)
        {
            ComparePoint(reader, key);
        }

        for (int column = 0; column < options.Vectors.Count; column++)
        {
            CompareSearch(reader, column);
        }
    }

    /// <summary>Compares one point, which may have to be absent.</summary>
    internal void ComparePoint(in CollectionReader reader, Key key)
    {
        bool isThere = Points.TryGetValue(key, out StorePoint? point);
        Require(
            reader.TryGet(key, out Match row) == isThere, $"point {key} is {(isThere ? "not " : "")}there");
        Require(reader.Contains(key) == isThere, $"Contains({key}) is not {isThere}");
        if (point is not null)
        {
            Require(row.Key == key, $"asked for {key} it gives {row.Key}");
            CompareRow(reader, row, point);
        }
    }

    private void CompareRow(in CollectionReader reader, in Match row, StorePoint point)
    {
        Require(reader.Payload(row).SequenceEqual(point.Bytes), $"point {row.Key} has another payload");
        for (int column = 0; column < options.Vectors.Count; column++)
        {
            var found = new float[options.Vectors[column].Dimension];
            string name = options.Vectors[column].Name;
            bool isThere = reader.TryCopyVector(row, found, name);
            Require(isThere == reader.HasVector(row, name), $"HasVector({row.Key}) is not {isThere}");
            Require(
                isThere ? point.Vectors[column].AsSpan().SequenceEqual(found) : point.Vectors[column] is null,
                $"point {row.Key} has another vector '{name}'");
        }
    }

    private void CompareScroll(in CollectionReader reader)
    {
        var page = new Match[PageRows];
        Key? from = null;
        using SortedDictionary<Key, StorePoint>.KeyCollection.Enumerator expected =
            Points.Keys.GetEnumerator();
        do
        {
            int count = reader.Scroll(from, page, out from);
            for (int i = 0; i < count; i++)
            {
                Require(expected.MoveNext(), $"scrolling gives {page[i].Key} behind the last point");
                Require(
                    page[i].Key == expected.Current,
                    $"scrolling gives {page[i].Key} where {expected.Current} is next");
                CompareRow(reader, page[i], Points[page[i].Key]);
            }
        }
        while (from is not null);
        Require(!expected.MoveNext(), "scrolling ends too early");
    }

    private void CompareSearch(in CollectionReader reader, int column)
    {
        VectorOptions vector = options.Vectors[column];
        var query = new float[vector.Dimension];
        Array.Fill(query, 0.5f);
        query[0] = 1;
        int count = Points.Values.Count(point => point.Vectors[column] is not null);
        var matches = new Match[Math.Min(count + 3, IndexLimits.KMax)];
        int found = reader.Search(query, _scratch, matches, vector.Name).MatchCount;
        Require(found == Math.Min(count, matches.Length), $"a search finds {found} points of {count}");
        var seen = new HashSet<Key>();
        for (int i = 0; i < found; i++)
        {
            Key key = matches[i].Key;
            Require(seen.Add(key), $"a search finds {key} twice");
            Require(
                Points.TryGetValue(key, out StorePoint? point) && point.Vectors[column] is not null,
                $"a search finds {key}, which is not there");
            Require(
                Math.Abs(Score(vector.Metric, query, point!.Vectors[column]!) - matches[i].Score) < 1e-5,
                $"a search gives {key} the score {matches[i].Score}");
            Require(i == 0 || matches[i - 1].Score >= matches[i].Score, "a search is not in order of score");
        }
    }

    private static double Score(Metric metric, float[] query, float[] stored)
    {
        double dot = 0;
        double distance = 0;
        double querySquares = 0;
        double squares = 0;
        for (int i = 0; i < query.Length; i++)
        {
            dot += (double)query[i] * stored[i];
            distance += Math.Pow((double)query[i] - stored[i], 2);
            querySquares += (double)query[i] * query[i];
            squares += (double)stored[i] * stored[i];
        }

        return metric switch
        {
            Metric.Cosine => dot / Math.Sqrt(querySquares * squares),
            Metric.Dot => dot,
            _ => -Math.Sqrt(distance),
        };
    }

    private static void Require(bool isTrue, string whatIsWrong)
    {
        if (!isTrue)
        {
            throw new InvalidDataException("The collection differs from what was written: " + whatIsWrong);
        }
    }
}
