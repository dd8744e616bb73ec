using EdgeSim.Encoders.Images;
using EdgeSim.Index;

namespace EdgeSim;

/// <summary>
/// Every bound of the program with the reason for its value; the index and the encoders keep their own beside
/// their code. <see cref="MemoryBudget"/> adds up the bytes. Nothing is unlimited.
/// </summary>
public static class Limits
{
    private const long MiB = 1 << 20;

    /// <summary>
    /// Default of <c>--ram</c>. A Raspberry Pi 4 with 1 GB must have three quarters left for the system and
    /// the camera.
    /// </summary>
    public const long RamBytesDefault = 256 * MiB;

    /// <summary>
    /// Requests that wait for the worker. At 10 ms each the last one waits 0.6 s; later ones should try
    /// elsewhere.
    /// </summary>
    public const int QueueItemsMax = 64;

    /// <summary>Seconds a refused client is told to wait: the time in which a full queue drains.</summary>
    public const int RetryAfterSeconds = 1;

    /// <summary>HTTP body. Holds a 12-megapixel camera JPEG (3-6 MB) as base64 (4/3) inside JSON.</summary>
    public const int RequestBytesMax = 8 << 20;

    /// <summary>
    /// Bodies that are read or wait in line, together: one of the largest and a camera picture, or three
    /// pictures. A body beyond that gets 503, so clients cannot make the process grow. Twice the largest
    /// would leave little room for an index beside both models in the default budget.
    /// </summary>
    public const int RequestBytesInFlightMax = RequestBytesMax + (RequestBytesMax / 2);

    /// <summary>
    /// Of these, what bodies above one step leave free: sensors and searches go on while pictures come in.
    /// </summary>
    public const int RequestBytesForSmall = 1 << 20;

    /// <summary>
    /// Step in which a body is reserved and read: below the size from which the collector calls an array
    /// large and does not move it.
    /// </summary>
    public const int BodyBlockBytesMax = 64 << 10;

    /// <summary>First step of a body that does not state its length; most JSON is shorter.</summary>
    public const int BodyFirstBlockBytes = 4 << 10;

    /// <summary>
    /// Seconds for a whole body. The largest one then needs 2.3 Mbit/s; slower clients must not hold the
    /// bytes that all share.
    /// </summary>
    public const int RequestBodySeconds = 30;

    /// <summary>
    /// What a byte of a body becomes at most: a letter of two bytes. A number of a vector takes four, but two
    /// in the body; everything else keeps its size or shrinks.
    /// </summary>
    public const int RequestDecodedFactor = 2;

    /// <summary>
    /// Bodies are dropped once they are decoded, and decoded one at a time: all of them decoded, and one that
    /// is there twice.
    /// </summary>
    public const long RequestMemoryBytes =
        ((long)RequestDecodedFactor * RequestBytesInFlightMax) + RequestBytesMax;

    /// <summary>A model's name in a request; it is a folder name, and messages repeat it.</summary>
    public const int NameBytesMax = 256;

    /// <summary>Letters of an error message: some repeat what was sent, and that may be megabytes.</summary>
    public const int ErrorCharsMax = 1000;

    /// <summary>
    /// Connections that are served at once; an idle one costs a few kilobytes. The next one is told so.
    /// </summary>
    public const int ConnectionsMax = 64;

    /// <summary>
    /// Connections altogether, with those that are being refused; the system cuts off the ones beyond.
    /// </summary>
    public const int ConnectionsAcceptedMax = 2 * ConnectionsMax;

    /// <summary>Seconds in which a refused connection must have sent its request's begin.</summary>
    public const int RefusedConnectionSeconds = 1;

    /// <summary>
    /// Seconds that a connection may lie idle: clients that ask again do so sooner, and 64 idle ones would
    /// lock all others out.
    /// </summary>
    public const int KeepAliveSeconds = 10;

    /// <summary>
    /// Bytes a second that a client must send of a body and take of a reply, or it is cut off: 64 kbit/s, a
    /// bad radio link. The largest reply then takes half an hour, no longer.
    /// </summary>
    public const double TransferBytesPerSecondMin = 8 << 10;

    /// <summary>Seconds before a client's rate counts: a radio link may be gone that long.</summary>
    public const int TransferGraceSeconds = 5;

    /// <summary>
    /// Seconds a client may take over one request's headers; slow clients must not hold connections.
    /// </summary>
    public const int RequestHeadersSeconds = 10;

    /// <summary>
    /// Seconds that requests in flight get to finish on SIGTERM; service managers kill after 90 by default.
    /// </summary>
    public const int ShutdownSeconds = 30;

    /// <summary>
    /// Points or inputs in one request, and between two commits of a long <c>index</c> run: 256 texts of 32
    /// tokens take about half a second of the one worker, and a power cut costs at most that much work.
    /// </summary>
    public const int BatchItemsMax = 256;

    /// <summary>
    /// Picture files that an <c>index</c> run holds before it encodes them; a larger one is encoded alone.
    /// </summary>
    public const int BatchBytesMax = 8 << 20;

    /// <summary>
    /// Nearest neighbours asked for. The console shows 12, re-rankers take 100; replies stay below a
    /// megabyte.
    /// </summary>
    public const int KMax = 1000;

    /// <summary>Neighbours when nobody says how many.</summary>
    public const int KDefault = 10;

    /// <summary>JSON payload of one point: a path, a caption, a few fields; not a place for files.</summary>
    public const int PayloadBytesMax = 16 << 10;

    /// <summary>Letters of a collection's name; it is a folder name, and file systems stop at 255.</summary>
    public const int CollectionNameLengthMax = 64;

    /// <summary>
    /// Collections open at once: each holds a lock file, a mapping a segment and key bitmaps. One more closes
    /// the one that was asked for longest ago.
    /// </summary>
    public const int CollectionsOpenMax = 32;

    /// <summary>Names of collections that the message about a missing one lists.</summary>
    public const int NamesShownMax = 20;

    /// <summary>
    /// Files of one <c>index</c> run: their paths, 200 bytes each, are 20 MB of a heap that has the room
    /// while nothing is searched. More are indexed part by part.
    /// </summary>
    public const int FilesMax = 100_000;

    /// <summary>
    /// Pictures that the demo takes; it holds their captions, 1 KB each. Four minutes at 50 ms a picture.
    /// </summary>
    public const int DemoPicturesMax = 5_000;

    /// <summary>
    /// Letters (UTF-16) of a caption: most of what the text model reads of a text, 128 tokens or 90 words.
    /// </summary>
    public const int CaptionLettersMax = 400;

    /// <summary>Picture file that is read whole into memory before decoding.</summary>
    public const int ImageFileBytesMax = 32 << 20;

    /// <summary>
    /// Text file that becomes one point; the encoder reads the first tokens only and says what it dropped.
    /// </summary>
    public const int TextFileBytesMax = 1 << 20;

    /// <summary>
    /// JSON that <c>encode</c> reads from a file or standard input, string by string. A million short
    /// sentences, hours of work for a board; more is a mistake, or /dev/zero through a pipe.
    /// </summary>
    public const int EncodeInputBytesMax = 64 << 20;

    /// <summary>
    /// One string of that JSON: a text of <see cref="TextFileBytesMax"/> with every letter written \uXXXX.
    /// </summary>
    public const int JsonStringBytesMax = (6 * TextFileBytesMax) + 4096;

    /// <summary>
    /// JSON of one vector on standard input: <see cref="DimensionMax"/> numbers of 17 digits, an exponent and
    /// indentation.
    /// </summary>
    public const int VectorJsonBytesMax = 64 * DimensionMax;

    /// <summary>
    /// Rows of <c>bench kernels</c> from memory: less than this fits the last cache level of boards.
    /// </summary>
    public const long BenchBytesMin = 16 * MiB;

    /// <summary>A soak over a long weekend.</summary>
    public const int TortureMinutesMax = 6000;

    /// <summary>A scan of more tells nothing new.</summary>
    public const long BenchBytesMax = 4096 * MiB;

    /// <summary>
    /// Rows of a set that is made up; as many as the published comparisons of small machines.
    /// </summary>
    public const int BenchRowsDefault = 1_000_000;

    /// <summary>More take a day of exact answers, and 15 GB of floats.</summary>
    public const int BenchRowsMax = 10_000_000;

    /// <summary>
    /// Queries of a set: recall is then known to a thousandth, and the slowest hundredth is of a hundred.
    /// </summary>
    public const int BenchQueries = 10_000;

    /// <summary>
    /// Neighbours in a truth file, as other benchmarks have them; k of a measurement is at most it.
    /// </summary>
    public const int BenchTruthNeighbours = 100;

    /// <summary>
    /// Queries whose tenth neighbours choose the radius: the median's error is some percent.
    /// </summary>
    public const int BenchRadiusQueries = 200;

    /// <summary>
    /// Rows that meet all queries at once: many enough for all threads, little beside a model.
    /// </summary>
    public const int BenchBlockBytes = 4 << 20;

    /// <summary>Queries that are read before some are measured; 784 floats each are 800 KB.</summary>
    public const int BenchQueriesOfABlock = 256;

    /// <summary>
    /// Queries that touch the pages before the measurement; a scan touches all with the first.
    /// </summary>
    public const int BenchWarmUpQueries = 200;

    /// <summary>Of these no more than fit: the slow ones that need none.</summary>
    public static readonly TimeSpan BenchWarmUpTime = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Managed heap that <c>bench ann --ram</c> leaves at least: a block of queries, and all answers.
    /// </summary>
    public const long BenchHeapBytesMin = 4 * MiB;

    /// <summary>Threads of one encoder run. Boards have 4 or 6 cores.</summary>
    public const int EncoderThreadsMax = 16;

    /// <summary>Numbers in a vector, as the index allows.</summary>
    public const int DimensionMax = IndexLimits.DimensionMax;

    /// <summary>
    /// Code pages, stacks and the runtime's own memory. An idle <c>serve</c> of x64 has 35 MB resident, of
    /// which 11 MB are written pages, the managed heap among them.
    /// </summary>
    public const long RuntimeBytes = 28 * MiB;

    /// <summary>
    /// The managed heap without the shares that are listed apart: HTTP server, vocabularies, open
    /// collections, and room for the collector to let garbage lie.
    /// </summary>
    public const long ManagedHeapBytes = 24 * MiB;

    /// <summary>Top-k heaps and 1,000 matches with full payloads.</summary>
    public const long SearchBytes = (KMax * (long)PayloadBytesMax) + MiB;

    /// <summary>
    /// Bytes of rows from which a collection makes a segment of them: 2,500 rows of 384 dimensions. Small,
    /// because up to <see cref="CollectionsOpenMax"/> share <see cref="FreshBytesMax"/>.
    /// </summary>
    public const int SealBytes = 1 << 20;

    /// <summary>
    /// Bytes of rows in memory of all open collections; beyond it the one with most makes a segment.
    /// </summary>
    public const long FreshBytesMax = 4 * MiB;

    /// <summary>
    /// Rows in memory, and the points of one batch before it: 256 of 4,096 floats, and their codes and
    /// payloads twice, in the batch and on their way into the log. Payloads as sent are part of their bodies.
    /// </summary>
    public const long FreshRowBytes = FreshBytesMax
        + (BatchItemsMax * ((DimensionMax * (4L + 1 + 1)) + (2 * PayloadBytesMax)));

    /// <summary>Pages of libonnxruntime.so that a run touches: 24 MB for both models on x64.</summary>
    public const long OnnxRuntimeBytes = 24 * MiB;

    /// <summary>The graph as loaded beside its optimised, pre-packed copy.</summary>
    public const int ModelBytesFactor = 3;

    /// <summary>Activations of 128 tokens and the vocabulary.</summary>
    public const long TextEncoderBytes = 8 * MiB;

    /// <summary>
    /// The pixels and coefficients of one picture at the encoder's own limit, and activations at 224 x 224.
    /// Camera frames need a fifth of it: 16 MB with the model in memory.
    /// </summary>
    public static readonly long ImageEncoderBytes = ImageLimits.Default.DecodeBytesMax + (8 * MiB);

    /// <summary>Below this even a small collection is read from disk again for every query.</summary>
    public const long MappedBytesMin = 4 * MiB;
}
