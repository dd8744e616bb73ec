namespace EdgeSim.Commands.Ann;

/// <summary>Writes a <see cref="Mixture"/>.</summary>
internal static class MixtureSet
{
    internal const string Summary =
        "made up from a seed: overlapping Gaussian clouds of some 18 dimensions within 384, angular";

    internal static void Write(DatasetRequest request)
    {
        var mixture = new Mixture(request.Seed);
        Write(mixture, request.BasePath, request.Rows, "base", request.Output);
        mixture.StartQueries();
        Write(mixture, request.QueryPath, Limits.BenchQueries, "queries", request.Output);
    }

    private static void Write(Mixture mixture, string path, int rows, string what, Output output)
    {
        using var file = new FbinWriter(path, rows, Mixture.Dimension);
        var row = new float[Mixture.Dimension];
        for (int i = 0; i < rows; i++)
        {
            mixture.Next(row);
            file.Write(row);
            if (i % 1000 == 0)
            {
                output.Progress(what, i, rows);
            }
        }

        output.Progress(what, rows, rows);
        file.Finish();
    }
}
