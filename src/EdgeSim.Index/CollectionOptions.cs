namespace EdgeSim.Index;

/// <summary>
/// What a collection is for ever: fixed when it is created, written to <c>collection.json</c>, never changed.
/// </summary>
public sealed record CollectionOptions
{
    /// <summary>
    /// The vectors of a point, 1 to <see cref="IndexLimits.VectorsMax"/>, of different names.
    /// </summary>
    public required IReadOnlyList<VectorOptions> Vectors { get; init; }

    /// <summary>When a write is acknowledged.</summary>
    public Durability Durability { get; init; } = Durability.Always;

    /// <summary>The vector that is meant when none is named: the first.</summary>
    public VectorOptions Default => Vectors[0];

    /// <summary>A collection whose points have one vector.</summary>
    public static CollectionOptions Of(VectorOptions vector) => new() { Vectors = [vector] };

    /// <summary>Whether both say the same.</summary>
    public bool Equals(CollectionOptions? other)
        => other is not null && Durability == other.Durability && Vectors.SequenceEqual(other.Vectors);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Durability, Vectors.Count, Vectors[0]);

    /// <summary>Position of a vector in <see cref="Vectors"/>; null means the first.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    internal int ColumnOf(string? name)
    {
        for (int i = 0; name is not null && i < Vectors.Count; i++)
        {
            if (Vectors[i].Name == name)
            {
                return i;
            }
        }

        return name is null
            ? 0
            : throw new ArgumentException(
                $"There is no vector '{name}'; this collection has "
                + string.Join(", ", Vectors.Select(vector => $"'{vector.Name}'")) + ".",
                nameof(name));
    }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Vectors);
        if (Vectors.Count is < 1 or > IndexLimits.VectorsMax)
        {
            throw new ArgumentException(
                $"A point has {Vectors.Count} vectors; allowed are 1 to {IndexLimits.VectorsMax}.",
                nameof(Vectors));
        }

        var names = new HashSet<string>();
        foreach (VectorOptions vector in Vectors)
        {
            vector.Validate();
            if (!names.Add(vector.Name))
            {
                throw new ArgumentException(
                    $"Two vectors are named '{vector.Name}'; names must differ.", nameof(Vectors));
            }
        }

        if (Durability is < Durability.Always or > Durability.None)
        {
            throw new ArgumentException(
                $"Durability is {(int)Durability}; allowed are Always, Interval and None.",
                nameof(Durability));
        }
    }
}
