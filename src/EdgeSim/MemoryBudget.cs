using EdgeSim.Encoders;

namespace EdgeSim;

/// <summary>
/// Adds up what the process may hold at its maximum and refuses a budget that is too small. Private memory
/// and mapped pages are kept apart: pages of the index can be dropped by the system, yet a fast scan wants
/// them resident.
/// </summary>
public sealed class MemoryBudget
{
    private readonly List<MemoryShare> shares = [];

    /// <param name="ramBytes">The budget, <c>--ram</c>.</param>
    /// <param name="models">Models that may be in memory at the same time.</param>
    /// <param name="serving">
    /// True when HTTP bodies are part of it; a command of the terminal reads files instead.
    /// </param>
    public MemoryBudget(long ramBytes, IEnumerable<ModelManifest> models, bool serving)
    {
        RamBytes = ramBytes;
        shares.Add(new MemoryShare("runtime and code", Limits.RuntimeBytes, "fixed"));
        shares.Add(new MemoryShare("managed heap, rest of it", Limits.ManagedHeapBytes, "fixed", true));
        shares.Add(new MemoryShare("search scratch and replies", Limits.SearchBytes, "fixed", true));
        shares.Add(new MemoryShare("rows not yet on disk", Limits.FreshRowBytes, "fixed", true));
        if (serving)
        {
            shares.Add(new MemoryShare(
                "HTTP bodies, read and decoded", Limits.RequestMemoryBytes, "fixed", true));
        }
        else
        {
            shares.Add(new MemoryShare("picture files, read", Limits.ImageFileBytesMax, "fixed", true));
        }

        bool any = false;
        foreach (ModelManifest model in models)
        {
            any = true;
            long working = model.Modality == Modality.Image
                ? Limits.ImageEncoderBytes
                : Limits.TextEncoderBytes;
            shares.Add(new MemoryShare(
                $"model {model.Name}",
                working + (Limits.ModelBytesFactor * model.Model.Bytes),
                "models remove " + model.Name));
        }

        if (any)
        {
            shares.Add(new MemoryShare("ONNX Runtime library", Limits.OnnxRuntimeBytes, "fixed"));
        }
    }

    public long RamBytes { get; }

    public IReadOnlyList<MemoryShare> Shares => shares;

    /// <summary>Private bytes at the maximum.</summary>
    public long PlannedBytes => shares.Sum(share => share.Bytes);

    /// <summary>Hard limit of the managed heap.</summary>
    public long HeapBytes => shares.Where(share => share.Managed).Sum(share => share.Bytes);

    /// <summary>What remains for mapped pages of the index; less only makes scans slower.</summary>
    public long MappedBytes => RamBytes - PlannedBytes;

    /// <summary>Refuses a budget in which the shares and a minimum of mapped pages do not fit.</summary>
    /// <exception cref="UserException">Exit code 78, with the table and what to change first.</exception>
    public void Verify()
    {
        if (MappedBytes >= Limits.MappedBytesMin)
        {
            return;
        }

        MemoryShare largest = shares.Where(share => share.Lower != "fixed").DefaultIfEmpty(shares[0])
            .MaxBy(share => share.Bytes);

        // Whole ones, upwards: a rounded number could be refused again.
        long enough = (PlannedBytes + Limits.MappedBytesMin + (1 << 20) - 1) >> 20;
        string first = largest.Lower == "fixed"
            ? $"Raise --ram to {enough}MiB."
            : $"Raise --ram to {enough}MiB, or lower first: "
              + $"{largest.Name} ({MiB(largest.Bytes)} MiB; edgesim {largest.Lower}).";
        throw new UserException(
            ExitCode.Configuration,
            $"The RAM budget of {MiB(RamBytes)} MiB is too small.\n{Table()}{first}");
    }

    /// <summary>The table as text, one share a line.</summary>
    public string Table()
    {
        var text = new System.Text.StringBuilder();
        foreach (MemoryShare share in shares)
        {
            AppendLine(share.Name, share.Bytes);
        }

        AppendLine("private memory at most", PlannedBytes);
        AppendLine("left for mapped pages of the index", MappedBytes);
        return text.ToString();

        void AppendLine(string name, long bytes) =>
            text.Append("  ").Append(name.PadRight(36)).Append(MiB(bytes).PadLeft(8)).Append(" MiB\n");
    }

    /// <summary>Mebibytes with one decimal, culture-free.</summary>
    public static string MiB(long bytes) =>
        (bytes / (double)(1 << 20)).ToString("F1", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Holds the managed heap to its share: an allocation beyond it fails in this process instead of pushing
    /// the board into swap. Call once at start.
    /// </summary>
    public void ApplyHeapLimit()
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)HeapBytes);
        GC.RefreshMemoryLimit();
    }
}
