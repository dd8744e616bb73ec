namespace EdgeSim.Index;

/// <summary>Every bound of the index, each with the reason for its value. Nothing is unlimited.</summary>
public static class IndexLimits
{
    /// <summary>
    /// Components of a vector. 4096 x 128 x 128 = 2^26: an int32 dot product cannot overflow, with 32-fold
    /// room.
    /// </summary>
    public const int DimensionMax = 4096;

    /// <summary>
    /// Matches of one search: the heap is 80 KB, and beyond some thousand a scan with a radius is the right
    /// question.
    /// </summary>
    public const int KMax = 10_000;

    /// <summary>
    /// Rows that a search through a graph keeps: as many as matches can be asked for. Beyond some thousand a
    /// scan is faster.
    /// </summary>
    public const int EffortMax = KMax;

    /// <summary>
    /// Bytes of one row's payload: a long passage or a record, not a picture; it is copied once on its way to
    /// disk.
    /// </summary>
    public const int PayloadBytesMax = 1 << 20;

    /// <summary>
    /// Named vectors of a point: text, picture, sound and some to spare; each costs up to nine entries of the
    /// 120 in a segment's section table.
    /// </summary>
    public const int VectorsMax = 8;

    /// <summary>
    /// Operations of one batch: what a client sends at once, and what all becomes visible at once.
    /// </summary>
    public const int BatchPointsMax = 16_384;

    /// <summary>
    /// Bytes of one batch as it is held and logged: one record is built, checked and replayed in memory. A
    /// thousand points of 4,096 dimensions with 4 KB of payload fit.
    /// </summary>
    public const int BatchBytesMax = 8 << 20;

    /// <summary>
    /// Bytes of the log record that a batch becomes: a changed payload is logged with the row's vectors.
    /// </summary>
    public const int RecordBytesMax = 2 * BatchBytesMax;

    /// <summary>
    /// Points that a delete or an update by filter may touch at once: their rows become one batch.
    /// </summary>
    public const int FilteredPointsMax = BatchPointsMax;

    /// <summary>
    /// Rows in memory before they are sealed, replaced ones included: bounds the key table (512 KiB) and what
    /// a reader scans without any index.
    /// </summary>
    public const int FreshRowsMax = 65_536;

    /// <summary>
    /// Rows that the logs can hold at most when a collection is opened: those being sealed, those after them,
    /// a batch each, and what failed batches left.
    /// </summary>
    internal const int FreshRowsCapacity = 4 * FreshRowsMax;

    /// <summary>
    /// Default of <see cref="CollectionSettings.SealBytes"/>: 10,000 rows of 384 dimensions; with the part
    /// that is being sealed and a batch, 12 MiB at most.
    /// </summary>
    public const int SealBytesDefault = 4 << 20;

    /// <summary>
    /// Least share of memory for mapped files: the rows of one list, its codes, and the pages of the
    /// candidates.
    /// </summary>
    public const long MappedBytesMin = 1 << 20;

    /// <summary>Fewer would make a file of some hundred rows every time.</summary>
    public const int SealBytesMin = 16 << 10;

    /// <summary>More would make opening after a crash slow: all of it is read back from the log.</summary>
    public const int SealBytesMax = 64 << 20;

    /// <summary>
    /// Bytes of rows in memory that one collection can hold: the part being sealed and the new part, each
    /// with a batch beyond its bound.
    /// </summary>
    public const long FreshBytesMax = 2L * (SealBytesDefault + BatchBytesMax);

    /// <summary>
    /// Length of a log file that is read: the rows of the largest <see cref="CollectionSettings.SealBytes"/>
    /// with the batch beyond it, twice over, because what was replaced is in it too.
    /// </summary>
    public const long LogBytesMax = 2L * (SealBytesMax + RecordBytesMax);

    /// <summary>
    /// Length of a state file: a page of 520 bytes for every 4,096 of 256 million rows, all with a dead one.
    /// </summary>
    public const int StateBytesMax = 64 << 20;

    /// <summary>
    /// Log files from which a write seals the rows in memory, whatever they take: each program that adds a
    /// few rows leaves one.
    /// </summary>
    public const int LogFilesMax = 8;

    /// <summary>
    /// Rows of one segment file. At 4096 dimensions that is 64 GiB of codes, and one merge never rewrites
    /// more.
    /// </summary>
    public const int SegmentRowsMax = 1 << 24;

    /// <summary>
    /// Bytes of one point in a file that is imported: a payload of <see cref="PayloadBytesMax"/> whose
    /// letters are written as \uXXXX, and all vectors with 24 letters a component.
    /// </summary>
    public const int PointBytesMax = 8 << 20;

    /// <summary>
    /// Rows of one file of a bulk load, if nobody says otherwise: their keys take 12 to 21 MiB until the file
    /// is complete.
    /// </summary>
    public const int LoadedSegmentRowsDefault = 1 << 20;

    /// <summary>
    /// Codes of the first file of a bulk load whose rows nobody has counted; each next file is twice as long.
    /// A file that ends early is written once more.
    /// </summary>
    internal const int LoadedSegmentBytesFirst = 64 << 20;

    /// <summary>
    /// Blocks of a file of a bulk load that wait for the disk, 64 KiB each: 2 MiB, some milliseconds of work,
    /// so that neither side waits for the other's thread to be woken.
    /// </summary>
    internal const int LoadedBlocksWaitingMax = 32;

    /// <summary>
    /// Rows of a collection, replaced ones included: a match carries its place in 32 bits during a search.
    /// </summary>
    public const long RowsMax = 1L << 30;

    /// <summary>Segment files of a collection: what one 4 KiB manifest slot lists (FORMAT.md).</summary>
    public const int SegmentsMax = 120;

    /// <summary>
    /// Largest magnitude of a component where lengths count (dot, euclid): 4096 x (1e17)^2 is 4e37, so every
    /// score still fits a float. Cosine has no such bound, because it looks at the direction only.
    /// </summary>
    public const float ComponentMax = 1e17f;

    /// <summary>
    /// Rows that a clustering or a codebook is trained on: 256 for each of the 256 centroids of an 8-bit
    /// code, beyond which errors hardly fall; 32 MiB of float32 at 128 dimensions. Of more rows take a
    /// sample.
    /// </summary>
    public const int TrainingRowsMax = 65_536;

    /// <summary>
    /// Centroids of one clustering: the square root of <see cref="SegmentRowsMax"/>, the usual number of
    /// lists; 16 training rows are left for each.
    /// </summary>
    public const int CentroidsMax = 4096;

    /// <summary>
    /// Iterations of a training: errors fall by less than a thousandth a step long before, so more would only
    /// keep a board hot.
    /// </summary>
    public const int TrainingIterationsMax = 100;

    /// <summary>
    /// Components of a sub-space trained with the score-aware loss: its least squares solve needs the square
    /// of this in doubles (128 KiB) and the cube in multiplications for each centroid.
    /// </summary>
    public const int ScoreAwareWidthMax = 128;

    /// <summary>Characters of a fingerprint or model name: a SHA-256 in hexadecimal has 64.</summary>
    public const int NameLengthMax = 256;

    /// <summary>
    /// Bytes of <c>collection.json</c> that a reader accepts; the longest one we write is below 4 KiB.
    /// </summary>
    public const int DescriptorBytesMax = 16 << 10;

    /// <summary>
    /// Maps and arrays within each other in a payload: deeper than any record people write, and shallow
    /// enough to walk by recursion on a small stack.
    /// </summary>
    public const int PayloadDepthMax = 32;

    /// <summary>Parts of a path into a payload: nothing in it lies deeper.</summary>
    public const int PathPartsMax = PayloadDepthMax;

    /// <summary>Characters of a path into a payload: 32 parts of 32.</summary>
    public const int PathLengthMax = 1024;

    /// <summary>
    /// Conditions of one filter, nested ones included: each may read a payload once per row, and what a
    /// person or a program writes has a dozen.
    /// </summary>
    public const int FilterConditionsMax = 256;

    /// <summary>
    /// Filters within each other: each level holds two bitmaps of the rows while it is evaluated.
    /// </summary>
    public const int FilterDepthMax = 8;

    /// <summary>
    /// Values that one condition compares with (any, except, ids): 10,000 ids are 160 KB prepared, and more
    /// are a collection of their own.
    /// </summary>
    public const int FilterValuesMax = 10_000;

    /// <summary>Words of one text condition: the words found so far are the bits of one number.</summary>
    public const int QueryTokensMax = 64;

    /// <summary>
    /// Bytes of a word in text conditions and text indexes; the rest of a longer one is not looked at, on
    /// either side. No language has such words; encoded data does.
    /// </summary>
    public const int TokenBytesMax = 128;

    /// <summary>
    /// Payload indexes of a collection: each costs a pass over the payloads when a segment is sealed.
    /// </summary>
    public const int PayloadIndexesMax = 64;

    /// <summary>
    /// Errors and, apart from them, notes that a verification lists: more say nothing new to a person, and a
    /// file full of rubbish has one for each block.
    /// </summary>
    public const int ProblemsMax = 1000;

    /// <summary>Keys of lost points that a repair lists; 240 KB, and all are counted.</summary>
    public const int LostKeysMax = 10_000;

    /// <summary>
    /// Matches that a page may pass over: with <see cref="KMax"/> the heap of a thread is 160 KB. Who wants
    /// more wants all points, and a scroll gives them without sorting.
    /// </summary>
    public const int OffsetMax = 10_000;

    /// <summary>Threads of one search: more cores than any board has.</summary>
    public const int SearchThreadsMax = 64;

    /// <summary>
    /// Matches that a radius writes: a heap of 512 KiB a thread and 2.5 MiB of matches; what lies beyond is
    /// counted.
    /// </summary>
    public const int RadiusMatchesMax = 65_536;

    /// <summary>
    /// Queries of one batch: 5 MiB as floats and codes at 4,096 dimensions, and reading the rows costs next
    /// to nothing for each already.
    /// </summary>
    public const int BatchQueriesMax = 256;

    /// <summary>
    /// Queries of a batch times the matches kept for each (offset included): heaps of 2 MiB a thread.
    /// </summary>
    public const int BatchMatchesMax = 262_144;

    /// <summary>
    /// Examples of a recommendation, positive and negative: every row is compared with each of them.
    /// </summary>
    public const int ExamplesMax = 128;

    /// <summary>Pairs of a context: two comparisons of every row for each, as for the examples.</summary>
    public const int ContextPairsMax = ExamplesMax / 2;

    /// <summary>
    /// Candidates that are made diverse: their codes are copied (8 MiB at 4,096 dimensions), and each match
    /// is compared with all of them.
    /// </summary>
    public const int DiversityCandidatesMax = 2048;

    /// <summary>
    /// Groups of one answer: the worst of them is looked for whenever a better one is found.
    /// </summary>
    public const int GroupsMax = 1000;

    /// <summary>Groups times matches of a group: as many as a search without groups gives.</summary>
    public const int GroupMatchesMax = KMax;
}
