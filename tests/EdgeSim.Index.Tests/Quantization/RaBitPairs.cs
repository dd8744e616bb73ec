using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Tests.Quantization;

/// <summary>One row and one query through the quantiser, with buffers that live as long as it does.</summary>
internal sealed class RaBitPairs(RaBitQuantizer quantizer, VectorKernels kernels)
{
    private readonly float[] _rotated = new float[quantizer.Length];
    private readonly int[] _sum = new int[1];

    public byte[] Bits { get; } = new byte[quantizer.RowBytes];

    public byte[] Planes { get; } = new byte[quantizer.PlaneBytes];

    public RaBitRow Row { get; private set; }

    public RaBitQuery Query { get; private set; }

    public int Sum => _sum[0];

    public void Measure(float[] row, float[] query)
    {
        Row = quantizer.Encode(kernels, row, Bits);
        Query = quantizer.Prepare(kernels, query, _rotated, Planes);
        kernels.BitPlaneDot(Planes, Bits, _sum);
    }

    /// <summary>
    /// The estimate's error in the inner product of the residuals, for each metric from what it reports.
    /// </summary>
    public double Error(Metric metric, float[] row, float[] query)
    {
        double score = Support.Rows.Score(metric, query, row);
        return metric switch
        {
            Metric.Euclid => ((score * score) - Query.DistanceSquared(Sum, Row)) / 2,
            _ => Query.InnerProduct(Sum, Row) - score,
        };
    }

    /// <summary>centre + size x a direction at a cosine of <paramref name="rho"/> to another one.</summary>
    public static float[] Near(float[] centre, float[] direction, float[] noise, double rho)
    {
        double along = rho / RowQuantizer.Norm(direction);
        double across = Math.Sqrt(1 - (rho * rho)) / RowQuantizer.Norm(noise);
        float[] vector = new float[centre.Length];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(centre[i] + (along * direction[i]) + (across * noise[i]));
        }

        return vector;
    }
}
