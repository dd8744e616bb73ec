using System.CommandLine;

namespace EdgeSim.Commands;

/// <summary>Arguments and options that several commands share.</summary>
public static class Arguments
{
    public static Argument<string> Collection() =>
        new("collection") { Description = "Name of the collection." };

    public static Option<int> K() => new("--k", "-k")
    {
        Description = $"Neighbours to return, 1..{Limits.KMax}.",
        DefaultValueFactory = _ => Limits.KDefault,
    };
}
