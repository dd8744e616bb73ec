namespace EdgeSim.Index.Storage;

/// <summary>What a change of a batch does.</summary>
internal enum StepKind : byte
{
    Put,
    Delete,
    SetVectors,
    DeleteVectors,
    SetPayload,
    OverwritePayload,
    DeletePayload,
    SetField,
}
