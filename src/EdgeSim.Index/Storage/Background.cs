namespace EdgeSim.Index.Storage;

/// <summary>
/// Runs one kind of work on a thread of the pool when it is woken, never twice at once. What the disk refuses
/// is remembered, not thrown: the next write or wake tries again.
/// </summary>
internal sealed class Background(Action work) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _idle = new(true);
    private bool _isRunning;
    private bool _isWanted;
    private bool _isClosed;

    /// <summary>Why the last run failed; null when it did not.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Runs the work soon, once more if it is running.</summary>
    internal void Wake()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isWanted = true;
            if (!_isRunning)
            {
                _isRunning = true;
                _idle.Reset();
                ThreadPool.UnsafeQueueUserWorkItem(static self => self.Run(), this, preferLocal: false);
            }
        }
    }

    /// <summary>Returns when the work that was asked for is done.</summary>
    internal void WaitIdle() => _idle.Wait();

    /// <summary>Takes no more work and waits for what is running.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _isWanted = false;
        }

        _idle.Wait();
        lock (_gate)
        {
            // Whoever set it is out of it.
        }

        _idle.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_isWanted)
                {
                    _isRunning = false;
                    _idle.Set();
                    return;
                }

                _isWanted = false;
            }

            try
            {
                work();
                Failure = null;
            }
            catch (Exception refused) when (
                refused is IndexException or IOException or UnauthorizedAccessException
                or OperationCanceledException)
            {
                Failure = refused;
            }
        }
    }
}
