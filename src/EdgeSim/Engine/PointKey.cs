using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EdgeSim.Engine;

/// <summary>
/// Keys for points that came without one: the first 53 bits of a SHA-256, so that every JSON reader keeps
/// them exact. Among a million such keys two are equal with probability 6e-5.
/// </summary>
public static class PointKey
{
    private const ulong ExactInJson = (1UL << 53) - 1;

    /// <summary>
    /// The key of a file. Of its absolute path: files of one name in two folders are two points, and one file
    /// is one point from whichever folder above it was found.
    /// </summary>
    public static ulong OfPath(string absolutePath) => Of("path", Encoding.UTF8.GetBytes(absolutePath));

    public static ulong OfText(string text) => Of("text", MemoryMarshal.AsBytes(text.AsSpan()));

    public static ulong OfImage(ReadOnlySpan<byte> file) => Of("image", file);

    public static ulong OfVector(ReadOnlySpan<float> vector) => Of("vector", MemoryMarshal.AsBytes(vector));

    public static ulong Of(in PointInput input) => input switch
    {
        { Vector: { } vector } => OfVector(vector),
        { Input: { Modality: Encoders.Modality.Text } text } => OfText(text.Text),
        { Input: { } image } => OfImage(image.Bytes.Span),
        _ => throw new ArgumentException("a stored point has a key already", nameof(input)),
    };

    private static ulong Of(string kind, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes(kind));
        sha.AppendData(content);
        sha.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash) & ExactInJson;
    }
}
