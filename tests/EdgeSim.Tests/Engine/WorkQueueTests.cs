using EdgeSim.Engine;
using EdgeSim.Engine.Replies;
using EdgeSim.Engine.Requests;

namespace EdgeSim.Tests.Engine;

public sealed class WorkQueueTests
{
    [Fact]
    public void Enqueue_ManyCallers_AllGetTheirReply()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        using var queue = new WorkQueue(data.Engine);
        Parallel.For(0, 200, i =>
        {
            Task<Reply>? reply;
            while (!queue.TryEnqueue(Search(), CancellationToken.None, out reply))
            {
                Thread.Yield();
            }

            Assert.Single(((SearchReply)reply.Result).Matches);
        });
    }

    [Fact]
    public void Enqueue_FullLine_RefusesAtOnceAndCounts()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        using var queue = new WorkQueue(data.Engine);
        var accepted = new List<Task<Reply>>();
        int refused = 0;
        for (int i = 0; i < Limits.QueueItemsMax * 200; i++)
        {
            if (queue.TryEnqueue(Search(), CancellationToken.None, out Task<Reply> reply))
            {
                accepted.Add(reply);
            }
            else
            {
                refused++;
            }

            Assert.InRange(queue.Waiting, 0, Limits.QueueItemsMax);
        }

        Assert.Equal(refused, queue.Refused);
        Assert.All(accepted, reply => Assert.Single(((SearchReply)reply.Result).Matches));
    }

    [Fact]
    public void Stop_FinishesWhatWasAccepted_AndRefusesMore()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        using var queue = new WorkQueue(data.Engine);
        var accepted = new List<Task<Reply>>();
        for (int i = 0;
            i < 30 && queue.TryEnqueue(Search(), CancellationToken.None, out Task<Reply> reply);
            i++)
        {
            accepted.Add(reply);
        }

        queue.Stop();
        Assert.NotEmpty(accepted);
        Assert.All(accepted, reply => Assert.True(reply.IsCompletedSuccessfully));
        Assert.False(queue.TryEnqueue(Search(), CancellationToken.None, out _));
    }

    [Fact]
    public void Enqueue_FailingRequest_FailsAloneAndTheWorkerLivesOn()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        using var queue = new WorkQueue(data.Engine);
        var failing = new SearchRequest("none", PointInput.FromKey(1), 1);
        Assert.True(queue.TryEnqueue(failing, CancellationToken.None, out Task<Reply> bad));
        Assert.True(queue.TryEnqueue(Search(), CancellationToken.None, out Task<Reply> good));
        Assert.IsType<UserException>(Assert.Throws<AggregateException>(() => bad.Result).InnerException);
        Assert.Single(((SearchReply)good.Result).Matches);
    }

    [Fact]
    public void Enqueue_CallerThatHasLeft_IsSkipped()
    {
        using var data = new TemporaryData();
        data.Add(1, 1, 0, 0);
        using var queue = new WorkQueue(data.Engine);
        Assert.True(queue.TryEnqueue(Search(), new CancellationToken(canceled: true), out Task<Reply> reply));
        queue.Stop();
        Assert.True(reply.IsCanceled);
    }

    [Fact]
    public void ByteQuota_ManyThreads_NeverGoesBeyondItsLimitAndEndsAtZero()
    {
        const long Max = 1000;
        var quota = new ByteQuota(Max);
        long inside = 0, most = 0;
        Parallel.For(0, 20_000, i =>
        {
            long bytes = (i % 7) * 60;
            if (quota.TryReserve(bytes))
            {
                InterlockedMax(ref most, Interlocked.Add(ref inside, bytes));
                Interlocked.Add(ref inside, -bytes);
                quota.Release(bytes);
            }
        });
        Assert.InRange(most, 1, Max);
        Assert.Equal(0, quota.Reserved);
        Assert.False(quota.TryReserve(Max + 1));
        Assert.True(quota.TryReserve(Max));
    }

    private static SearchRequest Search() => new("c", PointInput.FromVector([1, 0, 0]), 1);

    private static void InterlockedMax(ref long target, long value)
    {
        long seen = Interlocked.Read(ref target);
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
