using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>A set of vectors that <c>bench fetch</c> can prepare.</summary>
/// <param name="Name">As the command line spells it.</param>
/// <param name="Summary">What it is and where it is from, one line.</param>
/// <param name="Metric">What near means in it.</param>
/// <param name="IsMadeUp">Whether rows and seed may be chosen.</param>
/// <param name="Write">Writes base and queries into the request's folder.</param>
internal sealed record DatasetRecipe(
    string Name, string Summary, Metric Metric, bool IsMadeUp, Action<DatasetRequest> Write)
{
    /// <summary>All of them; one line each.</summary>
    internal static IReadOnlyList<DatasetRecipe> All { get; } =
    [
        new("fashion-mnist", FashionMnist.Summary, Metric.Euclid, false, FashionMnist.Write),
        new("glove-100", WordVectors.Summary, Metric.Cosine, false, WordVectors.Write),
        new("mixture-384", MixtureSet.Summary, Metric.Cosine, true, MixtureSet.Write),
    ];

    /// <exception cref="UserException">There is no such set.</exception>
    internal static DatasetRecipe Find(string name)
        => All.FirstOrDefault(recipe => recipe.Name == name)
            ?? throw new UserException(
                ExitCode.Usage,
                $"There is no set '{name}'. There are {string.Join(", ", All.Select(r => r.Name))}.");
}
