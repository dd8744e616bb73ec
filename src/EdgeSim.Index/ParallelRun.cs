using System.Runtime.ExceptionServices;

namespace EdgeSim.Index;

/// <summary>Work that is cut into numbered parts, done by several threads.</summary>
internal static class ParallelRun
{
    /// <summary>
    /// Does parts 0 to count; each thread takes the next one. The calling thread works too, and throws what
    /// the first failure was.
    /// </summary>
    /// <param name="count">Parts.</param>
    /// <param name="threads">Threads at most, this one included.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="worker">Makes what does a part, once for each thread: it may hold scratch.</param>
    internal static void For(int count, int threads, CancellationToken stop, Func<Action<int>> worker)
    {
        int next = -1;
        ExceptionDispatchInfo? failure = null;
        void Work()
        {
            try
            {
                Action<int> action = worker();
                for (int i = Interlocked.Increment(ref next);
                    i < count && Volatile.Read(ref failure) is null;
                    i = Interlocked.Increment(ref next))
                {
                    stop.ThrowIfCancellationRequested();
                    action(i);
                }
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
            }
        }

        var others = new Thread[Math.Max(0, Math.Min(threads, count) - 1)];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(Work) { IsBackground = true };
            others[i].Start();
        }

        Work();
        foreach (Thread other in others)
        {
            other.Join();
        }

        failure?.Throw();
    }
}
