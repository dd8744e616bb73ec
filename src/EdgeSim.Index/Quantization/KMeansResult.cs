namespace EdgeSim.Index.Quantization;

/// <summary>Centroids, and how well they stand for the rows that they were trained on.</summary>
public sealed class KMeansResult
{
    private readonly float[] _centroids;
    private readonly int[] _assignments;

    internal KMeansResult(
        int dimension, float[] centroids, int[] assignments, double error, int iterations, bool converged)
    {
        Dimension = dimension;
        _centroids = centroids;
        _assignments = assignments;
        MeanSquaredError = error;
        Iterations = iterations;
        IsConverged = converged;
    }

    /// <summary>Components of a centroid.</summary>
    public int Dimension { get; }

    /// <summary>[count x dimension].</summary>
    public ReadOnlySpan<float> Centroids => _centroids;

    /// <summary>[rows]: number of each training row's nearest centroid, the lower of equals.</summary>
    public ReadOnlySpan<int> Assignments => _assignments;

    /// <summary>Mean squared Euclidean distance of a training row to its centroid.</summary>
    public double MeanSquaredError { get; }

    /// <summary>Updates of the centroids that were made.</summary>
    public int Iterations { get; }

    /// <summary>Whether it ended early rather than at the last iteration allowed.</summary>
    public bool IsConverged { get; }
}
