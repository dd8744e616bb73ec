namespace EdgeSim.Index.Storage.Torture;

/// <summary>What one step of a trace did, or promised.</summary>
internal enum TraceKind
{
    /// <summary>A directory was first used; its own name is in its parent.</summary>
    MakeDirectory,
    Create,
    Open,
    Write,
    SetLength,
    Flush,

    /// <summary>An fsync that reported an error: what was unsynced may be lost for good.</summary>
    FlushFailed,
    Rename,
    FlushDirectory,
    Delete,

    /// <summary>A file was read or mapped: fails under test, changes nothing, is in no trace.</summary>
    Read,

    /// <summary>The program gave a batch to the store: from here on it may be found.</summary>
    Accepted,

    /// <summary>The store said that a batch is durable: from here on it must be found.</summary>
    Durable,

    /// <summary>A recovery returned and has shown so many batches: they must stay.</summary>
    Recovered,
}
