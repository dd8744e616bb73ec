using System.Runtime.InteropServices;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// The side numbers of a row of RaBitQ bits, kept in an array of their own, so that the bits of a block lie
/// together. Sixteen bytes, so that an array of them can be mapped.
/// </summary>
/// <param name="Norm">|o - c|: distance of the row o from the centroid c.</param>
/// <param name="Reach">
/// |o - c| / (o_bar . o'), where o_bar is the corner of the cube that the bits name and o' the direction of
/// the row, both of unit length. Stored as the quotient, so that a scan divides nothing; at least the norm,
/// and for the usual row 1.25 times it. Zero where the norm is.
/// </param>
/// <param name="CentreDot">
/// (o - c) . c: only <see cref="Metric.Dot"/> reads it; zero where the centroid is.
/// </param>
/// <param name="Ones">Bits that are one.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct RaBitRow(float Norm, float Reach, float CentreDot, int Ones);
