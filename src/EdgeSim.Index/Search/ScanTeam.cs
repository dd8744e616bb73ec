using System.Runtime.ExceptionServices;

namespace EdgeSim.Index.Search;

/// <summary>
/// Runs a scan with several workers: the caller is the first, the thread pool lends the others. A worker that
/// the pool has no thread for before the work is done is sent home, so nobody waits for the pool.
/// </summary>
internal static class ScanTeam
{
    /// <summary>
    /// Runs all, and adds what the others found to the first. Allocates one small object for each of the
    /// others.
    /// </summary>
    internal static void Run(ScanPlan plan, ReadOnlySpan<ScanWorker> workers)
    {
        if (workers.Length == 1)
        {
            workers[0].Work(plan);
            return;
        }

        var helpers = new Helper[workers.Length - 1];
        for (int i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Helper(plan, workers[i + 1]);
            _ = ThreadPool.UnsafeQueueUserWorkItem(helpers[i], preferLocal: false);
        }

        try
        {
            workers[0].Work(plan);
        }
        finally
        {
            plan.Stop();
            foreach (Helper helper in helpers)
            {
                helper.Wait();
            }
        }

        for (int i = 0; i < helpers.Length; i++)
        {
            helpers[i].ThrowIfFailed();
            workers[0].Add(workers[i + 1]);
        }
    }

    /// <summary>One of the others.</summary>
    private sealed class Helper(ScanPlan plan, ScanWorker worker) : IThreadPoolWorkItem
    {
        private const int Queued = 0;
        private const int Running = 1;
        private const int Over = 2;

        private readonly Lock _gate = new();
        private ExceptionDispatchInfo? _failure;
        private int _state;

        /// <inheritdoc/>
        public void Execute()
        {
            lock (_gate)
            {
                if (_state != Queued)
                {
                    return;
                }

                _state = Running;
                try
                {
                    worker.Work(plan);
                }
                catch (Exception failure)
                {
                    // A damaged block, say: the caller throws it again, and a pool thread must not.
                    plan.Stop();
                    _failure = ExceptionDispatchInfo.Capture(failure);
                }

                _state = Over;
            }
        }

        /// <summary>Returns when the worker is through, or never starts.</summary>
        internal void Wait()
        {
            lock (_gate)
            {
                _state = Over;
            }
        }

        internal void ThrowIfFailed() => _failure?.Throw();
    }
}
