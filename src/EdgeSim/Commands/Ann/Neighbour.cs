namespace EdgeSim.Commands.Ann;

/// <summary>A row of the base, and how far it is from a query.</summary>
/// <param name="Id">0-based position in the base.</param>
/// <param name="Distance">As <see cref="ExactDistance"/> has it.</param>
internal readonly record struct Neighbour(int Id, double Distance) : IComparable<Neighbour>
{
    /// <summary>Nearer first; equally near ones in the order of the base.</summary>
    public int CompareTo(Neighbour other)
    {
        int byDistance = Distance.CompareTo(other.Distance);
        return byDistance != 0 ? byDistance : Id.CompareTo(other.Id);
    }
}
