namespace EdgeSim.Index.Storage.Torture;

/// <summary>A trace with the disk and the history at its start, and a way along it.</summary>
internal sealed class TortureLife(TraceStep[] steps, DiskImage start, TortureHistory history)
{
    internal TraceStep[] Steps => steps;

    /// <summary>Starts at the beginning. For one thread; several may walk the same life.</summary>
    internal Walk Begin() => new(steps, new DiskModel(start), history.Clone());

    internal sealed class Walk(TraceStep[] steps, DiskModel disk, TortureHistory history)
    {
        internal int Position { get; private set; }

        internal DiskModel Disk => disk;

        internal TortureHistory History => history;

        /// <summary>The last step that has ended.</summary>
        internal TraceStep? Last => Position == 0 ? null : steps[Position - 1];

        /// <summary>The steps so far, a line for each.</summary>
        internal string Describe() => string.Join('\n', steps.Take(Position)) + "\n";

        internal void MoveTo(int position)
        {
            while (Position < position)
            {
                ref readonly TraceStep step = ref steps[Position++];
                disk.Apply(step);
                history.Apply(step);
            }
        }
    }
}
