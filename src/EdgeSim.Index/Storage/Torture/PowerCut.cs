using System.Globalization;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>Where the power goes, and what the disk makes of it: after so many steps of the trace.</summary>
/// <param name="Position">Steps that have ended.</param>
/// <param name="Mode">What happens to the unsynced.</param>
/// <param name="Variant">One of many, in the random modes.</param>
internal readonly record struct PowerCut(int Position, CutMode Mode, int Variant)
{
    /// <summary>The generator of this cut alone: it can be made again without those before it.</summary>
    internal SplitMix64 Generator(ulong seed)
    {
        var random = new SplitMix64(
            seed ^ ((ulong)Position << 24) ^ ((ulong)Variant << 4) ^ (ulong)Mode);
        return new SplitMix64(random.Next());
    }

    /// <summary>As in 117-Random-3.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Position}-{Mode}-{Variant}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It did not.</exception>
    internal static PowerCut Parse(string text)
    {
        string[] parts = text.Split('-');
        return parts.Length == 3
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int position)
            && Enum.TryParse(parts[1], ignoreCase: true, out CutMode mode)
            && int.TryParse(parts[2], CultureInfo.InvariantCulture, out int variant)
            ? new PowerCut(position, mode, variant)
            : throw new FormatException(
                $"'{text}' is no power cut; one is position-mode-variant, as in 117-Random-3.");
    }
}
