using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeSim.Commands.Ann;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class MixtureTests
{
    /// <summary>
    /// What the seed makes on every machine; with other bytes published results cannot be compared.
    /// </summary>
    [Fact]
    public void Rows_OfASeed_AreTheSameBytesEverywhere()
    {
        var mixture = new Mixture(1);
        Assert.Equal(
            "e26e6082c64a566ead00135373c2c348dc16bfa649c59faa669c92ee3cccd62d",
            Hash(mixture, 100));
        mixture.StartQueries();
        Assert.Equal(
            "156628d87330afc8940d0e3ce171af1a9cb68f4b4cd01b8df7623dea57df0174",
            Hash(mixture, 10));
    }

    [Fact]
    public void Queries_DoNotDependOnTheRowsBefore()
    {
        var one = new Mixture(5);
        one.StartQueries();
        var other = new Mixture(5);
        other.Next(new float[Mixture.Dimension]);
        other.StartQueries();
        Assert.Equal(Hash(one, 3), Hash(other, 3));
    }

    [Fact]
    public void Seeds_MakeDifferentRows() =>
        Assert.NotEqual(Hash(new Mixture(1), 2), Hash(new Mixture(2), 2));

    [Fact]
    public void Components_HaveTheVarianceThatIsDocumented()
    {
        var mixture = new Mixture(3);
        var row = new float[Mixture.Dimension];
        double squares = 0;
        const int Rows = 2000;
        for (int i = 0; i < Rows; i++)
        {
            mixture.Next(row);
            squares += row.Sum(component => (double)component * component);
        }

        double expected = (Mixture.Latent * (1 + (Mixture.Spread * Mixture.Spread)))
            + (Mixture.Noise * Mixture.Noise);
        Assert.InRange(squares / Rows / Mixture.Dimension, expected * 0.93, expected * 1.07);
    }

    private static string Hash(Mixture mixture, int rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var row = new float[Mixture.Dimension];
        for (int i = 0; i < rows; i++)
        {
            mixture.Next(row);
            hash.AppendData(MemoryMarshal.AsBytes(row.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
