using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary>What <c>demo --json</c> prints.</summary>
/// <param name="Questions">The three questions with their answers.</param>
/// <param name="ContactSheet">An HTML page with the pictures.</param>
public sealed record DemoReport(
    IReadOnlyList<IndexReport> Collections,
    IReadOnlyList<DemoQuestion> Questions,
    string Kernel,
    string ContactSheet,
    long PeakResidentBytes,
    long RamBytes,
    double TotalMs);

/// <param name="Title">The question in words.</param>
/// <param name="Picture">Path of the query picture, when the query is one.</param>
/// <param name="Via">How pictures were found for a sentence; null where the vectors were compared directly.</param>
public sealed record DemoQuestion(string Title, string? Picture, string? Via, SearchReply Answer);
