namespace EdgeSim.Index.Storage;

/// <summary>
/// What a section of a segment file holds. The numbers are written to files: never renumber, never reuse.
/// </summary>
internal enum SectionId : uint
{
    Codes = 1,
    Scales = 2,
    SquareSums = 3,
    CodeSums = 4,
    Keys = 5,
    KeyOrder = 6,
    PayloadOffsets = 7,
    Payloads = 8,
    Checksums = 9,
    KeyHighs = 10,
    KeyKinds = 11,
    KeyFilter = 12,
    Owners = 13,
    Vectors = 14,
    Graph = 15,
    PayloadIndexes = 17,
    Lists = 18,
    Product = 19,
    Bits = 20,
    Curves = 21,
}
