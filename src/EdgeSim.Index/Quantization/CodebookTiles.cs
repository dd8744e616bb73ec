using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// A product quantizer's codebooks laid out for <see cref="VectorKernels.CodebookDots"/>, sixteen centroids
/// side by side, with their squared lengths: 4 bytes x centroids x (dimension + sub-spaces). Any number of
/// threads may use it between two refreshes.
/// </summary>
internal sealed class CodebookTiles
{
    private readonly ProductQuantizer _quantizer;
    private readonly float[] _tiles;
    private readonly float[] _squares;

    internal CodebookTiles(ProductQuantizer quantizer)
    {
        _quantizer = quantizer;
        _tiles = new float[quantizer.Codebooks.Length];
        _squares = new float[quantizer.TableLength];
        Refresh();
    }

    /// <summary>Takes the codebooks over once more, after a training has changed them.</summary>
    internal void Refresh()
    {
        for (int subspace = 0; subspace < _quantizer.Subspaces; subspace++)
        {
            int width = _quantizer.Width(subspace);
            int first = _quantizer.Offset(subspace) << _quantizer.Bits;
            ReadOnlySpan<float> codebook = _quantizer.Codebook(subspace);
            for (int centroid = 0; centroid < _quantizer.Centroids; centroid++)
            {
                const int Side = VectorKernels.TileCentroids;
                int tile = first + (centroid / Side * width * Side);
                double squares = 0;
                for (int i = 0; i < width; i++)
                {
                    float value = codebook[(centroid * width) + i];
                    int place = (i * Side) + (centroid % Side);
                    _tiles[tile + place] = value;
                    squares += (double)value * value;
                }

                _squares[(subspace << _quantizer.Bits) + centroid] = (float)squares;
            }
        }
    }

    /// <summary>
    /// Dot products of a vector with all centroids. O(centroids x dimension), no allocation.
    /// </summary>
    /// <param name="kernels">Any class.</param>
    /// <param name="vector">[dimension].</param>
    /// <param name="dots">[sub-spaces x centroids].</param>
    internal void Dots(VectorKernels kernels, ReadOnlySpan<float> vector, Span<float> dots)
        => kernels.CodebookDots(
            vector, _quantizer.Subspaces, _quantizer.Centroids, _tiles, default, dots);

    /// <summary>
    /// Squared distances of all centroids to a vector's parts, less the squared length of the part.
    /// </summary>
    /// <param name="kernels">Any class.</param>
    /// <param name="minusTwice">[dimension]: the vector times -2.</param>
    /// <param name="distances">[sub-spaces x centroids].</param>
    internal void Distances(VectorKernels kernels, ReadOnlySpan<float> minusTwice, Span<float> distances)
        => kernels.CodebookDots(
            minusTwice, _quantizer.Subspaces, _quantizer.Centroids, _tiles, _squares, distances);
}
