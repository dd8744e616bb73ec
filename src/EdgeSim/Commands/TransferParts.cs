using EdgeSim.Engine;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands;

/// <summary>What import, export, backup and restore have in common.</summary>
internal static class TransferParts
{
    /// <summary>
    /// Holds the process to its budget without models: none is loaded. The points of an import take the share
    /// of a picture file.
    /// </summary>
    /// <exception cref="UserException">The budget is too small (78).</exception>
    internal static void ApplyBudget(ProgramOptions options)
    {
        var budget = new MemoryBudget(options.RamBytes, [], serving: false);
        budget.Verify();
        budget.ApplyHeapLimit();
    }

    /// <summary>Opens a collection; when another process has it, says what to do.</summary>
    /// <exception cref="UserException">There is none of that name (66), or it is open (75).</exception>
    internal static Collection Open(ProgramOptions options, string name) => WhereFree(
        () => Collection.Open(
            Existing(options, name), new CollectionSettings { SealBytes = Limits.SealBytes }));

    /// <summary>The folder of a collection.</summary>
    /// <exception cref="UserException">There is none of that name (66).</exception>
    internal static string Existing(ProgramOptions options, string name)
    {
        string path = CollectionSet.PathIn(options.CollectionsFolder, name);
        if (!Collection.Exists(path))
        {
            VerifyCommand.Existing(options.CollectionsFolder, name);
        }

        return path;
    }

    /// <summary>Does something that needs a collection that no other process has.</summary>
    /// <exception cref="UserException">One has it (75).</exception>
    internal static T WhereFree<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IndexLockedException locked)
        {
            throw new UserException(
                ExitCode.Busy,
                $"{locked.Message} If it is 'edgesim serve': stop it (SIGTERM; it finishes what it has "
                + "accepted), run this again, and start it again.",
                locked);
        }
    }

    /// <summary>The format that is named, or that the file's name ends in.</summary>
    /// <exception cref="UserException">There is none (64).</exception>
    internal static PointFormat Format(string? named, string path)
    {
        if (named is not null)
        {
            return PointFormats.TryParse(named, out PointFormat given)
                ? given
                : throw new UserException(
                    ExitCode.Usage, $"--format is '{named}'; {Allowed}.");
        }

        return PointFormats.TryOf(path, out PointFormat format)
            ? format
            : throw new UserException(
                ExitCode.Usage,
                $"{path}: its name ends in no format that is known; {Allowed}. Or say which with --format.");
    }

    /// <summary>A bar that moves once a hundredth.</summary>
    internal static Action<long, long> Progress(string what, Output output)
    {
        long shown = -1;
        return (done, total) =>
        {
            long now = total == 0 ? 100 : 100 * done / total;
            if (now != shown)
            {
                shown = now;
                output.Progress(what, now, 100);
            }
        };
    }

    internal static string MiB(long bytes) => MemoryBudget.MiB(bytes) + " MiB";

    private static string Allowed => $"allowed are {string.Join(", ", PointFormats.Names)}";
}
