using System.Diagnostics;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

/// <summary>NumPy reads what is exported, and what it writes is imported.</summary>
public sealed class NumPyTests
{
    private const string NotThere = "python3 with NumPy is not there (Debian: python3-numpy)";

    [Fact]
    public void Export_Npy_IsWhatNumPyReads()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), Metric.Euclid, 13, 500, 8);
        collection.Delete(17);
        collection.Export(directory.Sub("rows.npy"), PointFormat.Npy, new ExportOptions());
        collection.Export(directory.Sub("plain.fbin"), PointFormat.Fbin, new ExportOptions());
        Run(
            directory.Path,
            """
            import numpy
            rows = numpy.load("rows.npy")
            ids = numpy.load("rows.ids.npy")
            assert rows.dtype == numpy.float32 and rows.shape == (499, 13), rows.shape
            assert ids.dtype == numpy.uint64 and ids.tolist() == [i for i in range(500) if i != 17]
            data = open("plain.fbin", "rb").read()
            assert numpy.frombuffer(data[:8], "<u4").tolist() == [499, 13]
            assert (numpy.frombuffer(data[8:], "<f4").reshape(499, 13) == rows).all()
            numpy.save("sum.npy", rows.astype("<f8").sum(axis=1, keepdims=True))
            """);
        using Collection sums = TransferCases.Import(
            directory.Sub("sums"), directory.Sub("sum.npy"), PointFormat.Npy, new PointReaderOptions());
        Assert.Equal(collection.VectorOf(20).Sum(), sums.VectorOf(19)[0], 1e-4);
    }

    /// <summary>Arrays of random shapes and types, and the sum of their components as NumPy has it.</summary>
    [Fact]
    public void Import_RandomArrays_HaveNumPysSums()
    {
        using var directory = new TemporaryDirectory();
        Run(
            directory.Path,
            """
            import numpy
            random = numpy.random.default_rng(3)
            for i, kind in enumerate(["<f4", "<f8", "<f2", "i1", "u1"] * 4):
                shape = (int(random.integers(1, 3000)), int(random.integers(1, 300)))
                array = (random.random(shape) * 120).astype(kind)
                array[:, 0] = 127
                numpy.save(f"{i}.npy", array)
                numpy.save(f"{i}.sums.npy", array.astype("<f4").sum(axis=1, keepdims=True))
            """);
        for (int i = 0; i < 20; i++)
        {
            using Collection rows = TransferCases.Import(
                directory.Sub($"r{i}"), directory.Sub($"{i}.npy"), PointFormat.Npy, new PointReaderOptions());
            using Collection sums = TransferCases.Import(
                directory.Sub($"s{i}"), directory.Sub($"{i}.sums.npy"), PointFormat.Npy,
                new PointReaderOptions());
            Assert.Equal(sums.Count, rows.Count);
            for (ulong row = 0; row < (ulong)rows.Count; row += 97)
            {
                // With 127 as the largest component a code is a whole number's own value.
                float[] vector = rows.VectorOf(row);
                Assert.InRange(
                    Math.Abs(vector.Sum() - sums.VectorOf(row)[0]), 0, (0.51 * vector.Length) + 0.01);
            }
        }
    }

    private static void Run(string folder, string script)
    {
        string? python = Array.Find(
            ["python3", "/usr/bin/python3"], candidate => Try(candidate, folder, "import numpy") is "");
        Assert.SkipWhen(python is null, NotThere);
        Assert.Equal("", Try(python!, folder, script));
    }

    /// <summary>What it complains of; null where there is no such program.</summary>
    private static string? Try(string python, string folder, string script)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", script])
            {
                WorkingDirectory = folder,
                RedirectStandardError = true,
            })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : error + process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
