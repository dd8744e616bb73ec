using EdgeSim.Commands.Ann;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Tests.Commands.Ann;

/// <summary>A folder with small vector files.</summary>
internal sealed class AnnFiles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("edgesim-ann-").FullName;

    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Writes rows of a dimension and opens them.</summary>
    public VectorFile Vectors(string name, int dimension, params float[] components)
    {
        using (var file = new FbinWriter(File(name), components.Length / dimension, dimension))
        {
            for (int start = 0; start < components.Length; start += dimension)
            {
                file.Write(components.AsSpan(start, dimension));
            }

            file.Finish();
        }

        return VectorFile.Open(File(name));
    }

    /// <summary>One query with these neighbours.</summary>
    public TruthFile Truth(int baseCount, params int[] ids)
    {
        TruthFile.Write(File("truth.ibin"), [[.. ids.Select(id => new Neighbour(id, 0))]]);
        return TruthFile.Read(File("truth.ibin"), ids.Length, baseCount, 1);
    }

    /// <summary>Whole numbers of -8 to 8: exact in float, and with many equal distances.</summary>
    public static float[] Random(ulong seed, int count)
    {
        var random = new SplitMix64(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.Below(17) - 8))];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
