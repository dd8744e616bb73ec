namespace EdgeSim.Index.Storage;

/// <content>Copies of an open collection.</content>
internal sealed partial class Store
{
    /// <summary>
    /// The collection as the last batch left it; batches wait until its files are open, some milliseconds.
    /// </summary>
    internal StoreImage TakeImage()
    {
        ObjectDisposedException.ThrowIf(_holder.IsClosed, typeof(Collection));
        if (_writer.MustSealFirst)
        {
            // What has been written is not in the log for certain.
            Seal();
        }

        StoreImage? image = null;
        Guard("the files could not be opened to be copied", () => image = _writer.TakeImage(_checkpoints));
        return image!;
    }
}
