using EdgeSim.Index;

namespace EdgeSim.Commands.Reports;

/// <summary>What <c>edgesim repair</c> did.</summary>
/// <param name="Collection">Name of the collection.</param>
/// <param name="Repaired">Whether there was something to do.</param>
/// <param name="Points">Points now.</param>
/// <param name="PointsLost">Points that are gone.</param>
/// <param name="PointsLostUnnamed">Of these, points whose keys are lost too.</param>
/// <param name="LostKeys">Keys of the others; the list is bounded.</param>
/// <param name="VectorsLost">Vectors lost of points that are there.</param>
/// <param name="PointsWithoutVector">The points that lost one; the list is bounded.</param>
/// <param name="BatchesLost">Batches of the logs that cannot be read.</param>
/// <param name="Losses">What was lost where.</param>
/// <param name="Uncertain">What nobody can know any more, and what was assumed.</param>
/// <param name="AsideFolder">Where the old files are; absent when nothing was set aside.</param>
/// <param name="AsideFiles">Their names.</param>
/// <param name="Problems">What was wrong before.</param>
public sealed record RepairLine(
    string Collection,
    bool Repaired,
    long Points,
    long PointsLost,
    long PointsLostUnnamed,
    IReadOnlyList<Key> LostKeys,
    long VectorsLost,
    IReadOnlyList<Key> PointsWithoutVector,
    long BatchesLost,
    IReadOnlyList<ProblemLine> Losses,
    IReadOnlyList<string> Uncertain,
    string? AsideFolder,
    IReadOnlyList<string> AsideFiles,
    IReadOnlyList<ProblemLine> Problems);
