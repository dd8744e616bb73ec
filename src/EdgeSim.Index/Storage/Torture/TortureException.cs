namespace EdgeSim.Index.Storage.Torture;

/// <summary>A store broke its promise. The message has the seed, the cut and how to see it again.</summary>
internal sealed class TortureException : Exception
{
    internal TortureException(string replay, string step, string what, Exception? inner)
        : base($"{what} Power cut {replay}, {step}.", inner)
    {
        Replay = replay;
    }

    /// <summary>
    /// What <see cref="TortureRun.Replay"/> takes: seed/cut, or seed/cut/cut for a second cut.
    /// </summary>
    internal string Replay { get; }
}
