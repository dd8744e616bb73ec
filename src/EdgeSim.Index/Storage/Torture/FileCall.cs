namespace EdgeSim.Index.Storage.Torture;

/// <summary>A call that <see cref="FaultyFiles"/> may let fail.</summary>
/// <param name="Number">Counted from 1 over all calls.</param>
/// <param name="Kind">Which of them.</param>
/// <param name="Path">The file or directory; of an open file, the name it was opened under.</param>
/// <param name="Bytes">Of a write.</param>
internal readonly record struct FileCall(int Number, TraceKind Kind, string Path, int Bytes = 0);
