namespace EdgeSim.Index;

/// <summary>How far a verification or a repair has come.</summary>
/// <param name="File">Name of the file that is being read.</param>
/// <param name="BytesDone">Bytes read so far.</param>
/// <param name="BytesTotal">Bytes that there are to read.</param>
public readonly record struct VerifyProgress(string File, long BytesDone, long BytesTotal);
