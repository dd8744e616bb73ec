using System.Runtime.ExceptionServices;

namespace EdgeSim.Index.Search.Graph;

/// <content>Work that all threads share.</content>
internal sealed partial class HnswBuilder
{
    /// <summary>Rows of the thread that reports between two reports.</summary>
    private const int ProgressRows = 256;

    /// <summary>Does something for 0 to count, by all threads; each takes the next number.</summary>
    private void Run(
        int count, CancellationToken stop, Action<HnswWorker, int> action, Action<int>? progress = null)
    {
        int next = -1;
        ExceptionDispatchInfo? failure = null;
        void Work(Action<int>? report)
        {
            try
            {
                var worker = new HnswWorker(Math.Max(_options.Effort, CandidatesMax) + _options.BaseLinks);
                worker.Scratch.Reserve(_options.BaseLinks);
                int done = 0;
                for (int i = Interlocked.Increment(ref next);
                    i < count && failure is null;
                    i = Interlocked.Increment(ref next))
                {
                    stop.ThrowIfCancellationRequested();
                    action(worker, i);
                    if (report is not null && ++done % ProgressRows == 0)
                    {
                        report(Math.Min(count, Volatile.Read(ref next) + 1));
                    }
                }
            }
            catch (Exception thrown)
            {
                failure = ExceptionDispatchInfo.Capture(thrown);
            }
        }

        var helpers = new Thread[Math.Min(_options.Threads, Math.Max(1, count / 64)) - 1];
        for (int i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(() => Work(null)) { IsBackground = true, Name = "graph" };
            helpers[i].Start();
        }

        Work(progress);
        Array.ForEach(helpers, helper => helper.Join());
        failure?.Throw();
    }
}
