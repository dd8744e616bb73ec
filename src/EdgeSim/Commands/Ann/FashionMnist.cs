using System.Buffers.Binary;
using System.IO.Compression;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// Pictures of clothes, 28 x 28 grey pixels of 0 to 255, as vectors: 60,000 for training are the base, the
/// 10,000 for testing the queries. Xiao, Rasul and Vollgraf 2017, MIT licence; from the distribution's
/// package.
/// </summary>
internal static class FashionMnist
{
    internal const string Summary =
        "60,000 pictures of clothes and 10,000 others as queries, 784 pixels each, euclid (MIT)";

    private const int Pixels = 28 * 28;
    private const int Magic = 0x0803;
    private const int HeaderBytes = 4 * sizeof(int);

    private static readonly DebianFile BasePictures = new(
        "train-images-idx3-ubyte.gz", "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7");

    private static readonly DebianFile QueryPictures = new(
        "t10k-images-idx3-ubyte.gz", "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa");

    private static readonly DebianPackage Package = new(
        "dataset-fashion-mnist",
        "0.0~git20200523.55506a9-1",
        "usr/share/datasets/fashion-mnist",
        [BasePictures, QueryPictures]);

    internal static void Write(DatasetRequest request)
    {
        string folder = Package.Locate(request.From, request.Output);
        Convert(Path.Combine(folder, BasePictures.Name), request.BasePath, "base", request.Output);
        Convert(Path.Combine(folder, QueryPictures.Name), request.QueryPath, "queries", request.Output);
    }

    /// <summary>Of the IDX format: big-endian magic, rows, height, width, then the pixels.</summary>
    internal static void Convert(string source, string target, string what, Output output)
    {
        using var pictures = new GZipStream(File.OpenRead(source), CompressionMode.Decompress);
        Span<byte> header = stackalloc byte[HeaderBytes];
        pictures.ReadExactly(header);
        int rows = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        int height = BinaryPrimitives.ReadInt32BigEndian(header[8..]);
        int width = BinaryPrimitives.ReadInt32BigEndian(header[12..]);
        if (BinaryPrimitives.ReadInt32BigEndian(header) != Magic || height * width != Pixels || rows < 1)
        {
            throw new UserException(
                ExitCode.Data, $"{source}: this is no IDX file of pictures with {Pixels} pixels.");
        }

        using var file = new FbinWriter(target, rows, Pixels);
        var bytes = new byte[Pixels];
        var row = new float[Pixels];
        for (int i = 0; i < rows; i++)
        {
            pictures.ReadExactly(bytes);
            for (int pixel = 0; pixel < Pixels; pixel++)
            {
                row[pixel] = bytes[pixel];
            }

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
