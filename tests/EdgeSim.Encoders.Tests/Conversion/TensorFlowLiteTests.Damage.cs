using System.Diagnostics;
using EdgeSim.Encoders.Conversion;
using EdgeSim.Encoders.Conversion.TensorFlowLite;
using EdgeSim.Encoders.Tests.Images;

namespace EdgeSim.Encoders.Tests.Conversion;

/// <content>Cut and damaged files: every length, and seeded changes of bytes.</content>
public sealed partial class TensorFlowLiteTests
{
    private const ulong Seed = 20_260_102;

    /// <summary>
    /// What reading a file of 2 kB and writing its trunk may allocate: a multiple of the file, since no count
    /// in it is believed before the bytes it speaks of are seen to be there.
    /// </summary>
    private const long TinyBytesMax = 1 << 20;

    /// <summary>The tables of the published file are 84 kB; its 10 MB of weights are not copied.</summary>
    private const long PublishedBytesMax = 4 << 20;

    [Fact]
    public void Parse_EveryTruncation_IsRefused()
    {
        byte[] file = new TinyTensorFlowLite().Write();
        long most = 0;
        for (int length = 0; length < file.Length; length++)
        {
            string what = $"cut to {length}";
            Assert.False(Read(file[..length], TinyBytesMax, what, ref most), what);
        }

        output.WriteLine($"{file.Length} lengths, at most {most} bytes allocated");
    }

    [Fact]
    public void Parse_RandomDamage_GivesAResultOrARefusal()
    {
        output.WriteLine($"Seed {Seed}");
        var clock = Stopwatch.StartNew();
        var random = new SplitMix64(Seed);
        byte[] original = new TinyTensorFlowLite().Write();
        int rounds = Pictures.Emulated ? 1_000 : 30_000;
        int done = 0;
        int read = 0;
        long most = 0;
        for (; done < rounds && (done < 200 || clock.Elapsed < TimeSpan.FromSeconds(4)); done++)
        {
            byte[] file = [.. original];
            Damage(file, [.. Enumerable.Range(0, file.Length)], random);
            read += Read(file, TinyBytesMax, $"seed {Seed}, round {done}", ref most) ? 1 : 0;
        }

        output.WriteLine($"{done} rounds: {read} results, {done - read} refusals, at most {most} bytes "
            + "allocated");
        Assert.InRange(read, done / 50, done - (done / 50));
    }

    [Fact]
    public void Parse_PublishedFileDamaged_GivesAResultOrARefusal()
    {
        output.WriteLine($"Seed {Seed}");
        var clock = Stopwatch.StartNew();
        var random = new SplitMix64(Seed);
        byte[] file = PackageFiles.Objectron[MobileNetV2Package.Assets][MobileNetV2Package.ModelStart..];
        int[] tables = [.. OutsideOfConstants(file)];
        int done = 0;
        int read = 0;
        long most = 0;
        for (; done < 500 && (done < 20 || clock.Elapsed < TimeSpan.FromSeconds(3)); done++)
        {
            byte[] before = [.. tables.Select(at => file[at])];
            Damage(file, tables, random);
            string what = $"seed {Seed}, round {done}";
            read += Read(file, PublishedBytesMax, what, ref most, parseOnly: true) ? 1 : 0;
            for (int i = 0; i < tables.Length; i++)
            {
                file[tables[i]] = before[i];
            }
        }

        output.WriteLine($"{tables.Length} bytes of tables, {done} rounds: {read} results, "
            + $"{done - read} refusals, at most {most} bytes allocated");
        Assert.InRange(read, 1, done - 1);
    }

    [Fact]
    public void Parse_PublishedFileCut_IsRefused()
    {
        byte[] file = PackageFiles.Objectron[MobileNetV2Package.Assets][MobileNetV2Package.ModelStart..];
        long most = 0;
        int[] lengths =
        [
            .. Enumerable.Range(0, 64), .. Enumerable.Range(6, 14).Select(bit => 1 << bit), file.Length / 2,
            .. Enumerable.Range(1, 32).Select(step => file.Length - (16 * step * step)),
        ];
        foreach (int length in lengths)
        {
            Assert.False(
                Read(file[..length], PublishedBytesMax, $"cut to {length}", ref most, parseOnly: true),
                $"A file cut to {length} of {file.Length} bytes was taken for whole.");
        }
    }

    /// <summary>One to four bytes become other bytes.</summary>
    private static void Damage(byte[] file, int[] places, SplitMix64 random)
    {
        int changes = 1 + random.Below(4);
        for (int change = 0; change < changes; change++)
        {
            int at = places[random.Below(places.Length)];
            file[at] = random.Below(3) switch
            {
                0 => (byte)(file[at] ^ (1 << random.Below(8))),
                1 => (byte)random.Next(),
                _ => random.Below(2) == 0 ? (byte)0 : (byte)255,
            };
        }
    }

    /// <summary>Positions of the tables, names and shapes.</summary>
    private static IEnumerable<int> OutsideOfConstants(byte[] file)
    {
        var constant = new bool[file.Length];
        foreach (TensorFlowLiteTensor tensor in TensorFlowLiteModel.Parse(file, 0).Tensors)
        {
            if (tensor.Data.Count > 0)
            {
                constant.AsSpan(tensor.Data.Offset, tensor.Data.Count).Fill(true);
            }
        }

        return Enumerable.Range(0, file.Length).Where(at => !constant[at]);
    }

    /// <summary>Parses and, for a small file, reads every constant and writes the trunk.</summary>
    /// <returns>False when it was refused with the declared exception and a message.</returns>
    private static bool Read(byte[] file, long bytesMax, string what, ref long most, bool parseOnly = false)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool read = false;
        try
        {
            TensorFlowLiteModel model = TensorFlowLiteModel.Parse(file, 0);
            for (int i = 0; i < model.Tensors.Count && !parseOnly; i++)
            {
                TryConstant(model, i);
            }

            if (!parseOnly)
            {
                AddTrunk(model);
            }

            read = true;
        }
        catch (ModelException e)
        {
            Assert.False(string.IsNullOrWhiteSpace(e.Message), what);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(what, e);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        most = Math.Max(most, allocated);
        Assert.True(allocated <= bytesMax, $"{what}: {allocated} bytes allocated; file of {file.Length}");
        return read;
    }

    private static void TryConstant(TensorFlowLiteModel model, int tensor)
    {
        try
        {
            model.Constant(tensor);
        }
        catch (ModelException)
        {
            // Activations are no constants.
        }
    }
}
