namespace EdgeSim.Index.Storage;

/// <content>Copies of an open collection.</content>
internal sealed partial class StoreWriter
{
    /// <summary>The collection as the last batch left it, its files open.</summary>
    internal StoreImage TakeImage(CheckpointWriter checkpoints)
        => Alone(() => checkpoints.Hold(checkpoint => StoreImage.Take(
            _store,
            checkpoint,
            checkpoints.SlotOf(checkpoint),
            _state.Sequence,
            _state.LiveCount,
            _log.Number,
            _log.Bytes)));
}
