using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Tests.Support;

/// <summary>Hears progress on the thread that reports it; <see cref="Progress{T}"/> would post.</summary>
internal sealed class Listener(Action<TrainingProgress> heard) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => heard(value);
}
