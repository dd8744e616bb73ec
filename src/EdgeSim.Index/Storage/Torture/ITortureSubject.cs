namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// A store and a program that uses it. The store changes the disk through the <see cref="DurableFiles"/> it
/// is given and through nothing else. One object serves several threads, each with its own directory.
/// </summary>
internal interface ITortureSubject
{
    /// <summary>
    /// Opens the store in the directory, or makes it, and writes batches: says so to the log before each, and
    /// again when the store has called it durable. Ends with everything closed and no thread at work. The
    /// same generator has to give the same steps, or a failure cannot be replayed.
    /// </summary>
    /// <remarks>
    /// A tag identifies a batch and its content. Take tags from the generator: a batch that a power cut took
    /// and one written later in its place then differ, and old bytes that come back are noticed.
    /// </remarks>
    void Run(SplitMix64 random, DurableFiles files, string directory, TortureLog log);

    /// <summary>
    /// Opens what a power cut left, which may write, compares every row with the batches that were accepted,
    /// and closes it. Throws, whatever it likes, when the store does not open or holds anything but the whole
    /// of the first batches, in order. What else it writes has to leave the batches as they are.
    /// </summary>
    /// <returns>
    /// How many of the accepted batches the store holds. That the durable ones are among them is checked by
    /// the caller.
    /// </returns>
    int Check(DurableFiles files, string directory, TortureHistory history);
}
