using EdgeSim.Encoders.Models;
using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary>How a command begins that needs the engine: budget first, then the engine.</summary>
public static class Start
{
    /// <exception cref="UserException">The budget is too small (78).</exception>
    public static SimilarityEngine Engine(ProgramOptions options)
    {
        MemoryBudget budget = Budget(options);
        budget.Verify();
        budget.ApplyHeapLimit();
        return new SimilarityEngine(options);
    }

    public static MemoryBudget Budget(ProgramOptions options) => new(
        options.RamBytes,
        new ModelStore(options.ModelsFolder).Installed().Select(model => model.Manifest),
        serving: false);
}
