namespace EdgeSim.Index.Tests.Storage.Torture;

/// <summary>What is wrong with a <see cref="ToyLog"/>: each a mistake that real stores have made.</summary>
internal enum ToyFault
{
    None,
    AcknowledgesBeforeFlush,
    ForgetsTheDirectory,
    RenamesUnflushed,
    TrustsTheTail,
    KeepsTheTail,
}
