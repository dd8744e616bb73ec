namespace EdgeSim.Index.Storage.Salvage;

/// <summary>One whole record that counts.</summary>
/// <param name="Path">The log.</param>
/// <param name="At">Where in it.</param>
/// <param name="Header">What stands before the body.</param>
/// <param name="Body">The body.</param>
/// <param name="Run">How many gaps are before it.</param>
internal readonly record struct LogBatch(
    string Path, long At, LogRecordHeader Header, ReadOnlyMemory<byte> Body, int Run);
