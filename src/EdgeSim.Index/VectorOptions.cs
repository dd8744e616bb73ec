using EdgeSim.Index.Quantization;

namespace EdgeSim.Index;

/// <summary>One of the vectors that a point has: fixed when the collection is created.</summary>
public sealed record VectorOptions
{
    /// <summary>Name within the collection; "" for the vector of a collection that has one only.</summary>
    public string Name { get; init; } = "";

    /// <summary>Components of every vector, 1 to <see cref="IndexLimits.DimensionMax"/>.</summary>
    public required int Dimension { get; init; }

    /// <summary>What "near" means.</summary>
    public required Metric Metric { get; init; }

    /// <summary>
    /// Fingerprint of the encoder whose embeddings are stored, "" for vectors that the caller brings. Vectors
    /// of two encoders do not share a space: whoever adds or asks compares this first.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>Name of that encoder, for people; "" when there is none.</summary>
    public string Model { get; init; } = "";

    /// <summary>How its rows are found, and how surely.</summary>
    public IndexOptions Index { get; init; } = IndexOptions.Default;

    internal int Stride => RowQuantizer.Stride(Dimension);

    /// <summary>
    /// How a search would be made in so many rows, if there were such a collection: from what vectors of this
    /// kind typically need.
    /// </summary>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public SegmentPlan Plan(long rows, PlanQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (rows is < 1 or > IndexLimits.RowsMax)
        {
            throw new ArgumentException(
                $"There are {rows} rows; allowed are 1 to {IndexLimits.RowsMax}.", nameof(rows));
        }

        Validate();
        return Search.Planning.SearchPlanner.Imagine(rows, this, query);
    }

    /// <summary>
    /// Refuses a vector that a write would refuse: to be asked before there is a collection, so that none is
    /// made for vectors that cannot be stored. O(dimension).
    /// </summary>
    /// <exception cref="VectorException">
    /// Wrong dimension, a component that is not finite or too large, or a zero vector for cosine.
    /// </exception>
    public void CheckVector(ReadOnlySpan<float> vector)
    {
        CheckLength(vector.Length);
        RowQuantizer.Check(vector, Metric);
    }

    internal void CheckLength(int length)
    {
        if (length != Dimension)
        {
            throw new VectorException(
                $"The vector has {length} components; this collection has {Dimension}"
                + (Name.Length == 0 ? "." : $" for '{Name}'."));
        }
    }

    internal void Validate()
    {
        if (Dimension is < 1 or > IndexLimits.DimensionMax)
        {
            throw new ArgumentException(
                $"Dimension is {Dimension}; allowed are 1 to {IndexLimits.DimensionMax}.", nameof(Dimension));
        }

        if (Metric is not (Metric.Cosine or Metric.Dot or Metric.Euclid))
        {
            throw new ArgumentException(
                $"Metric is {(int)Metric}; allowed are Cosine, Dot and Euclid.", nameof(Metric));
        }

        ArgumentNullException.ThrowIfNull(Index);
        Index.Validate();
        ValidateText(Name, nameof(Name));
        ValidateText(Fingerprint, nameof(Fingerprint));
        ValidateText(Model, nameof(Model));
    }

    private static void ValidateText(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        if (text.Length > IndexLimits.NameLengthMax)
        {
            throw new ArgumentException(
                $"{name} has {text.Length} characters; allowed are {IndexLimits.NameLengthMax}.", name);
        }
    }
}
