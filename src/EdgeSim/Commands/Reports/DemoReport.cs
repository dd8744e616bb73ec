namespace EdgeSim.Commands.Reports;

/// <summary>What <c>demo --json</c> prints.</summary>
/// <param name="Questions">The three questions with their answers.</param>
/// <param name="ContactSheet">An HTML page with the pictures.</param>
/// <param name="Files">What is on the disk now: both collections and the page.</param>
public sealed record DemoReport(
    IReadOnlyList<IndexReport> Collections,
    IReadOnlyList<DemoQuestion> Questions,
    string Kernel,
    string ContactSheet,
    IReadOnlyList<StoredFile> Files,
    long PeakResidentBytes,
    long RamBytes,
    double TotalMs);
