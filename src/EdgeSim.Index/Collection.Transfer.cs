using EdgeSim.Index.Transfer;

namespace EdgeSim.Index;

public sealed partial class Collection
{
    /// <summary>
    /// Starts to load many points past the log; they become visible and durable together with
    /// <see cref="BulkLoad.Commit"/>.
    /// </summary>
    /// <exception cref="ArgumentException">An option has a value that is not allowed.</exception>
    /// <exception cref="IndexReadOnlyException">See <see cref="IsReadOnly"/>.</exception>
    public BulkLoad StartBulkLoad(BulkLoadOptions options) => new(_store, options);

    /// <inheritdoc cref="StartBulkLoad(BulkLoadOptions)"/>
    public BulkLoad StartBulkLoad() => new(_store, new BulkLoadOptions());
}
