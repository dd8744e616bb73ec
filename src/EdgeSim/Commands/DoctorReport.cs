namespace EdgeSim.Commands;

/// <summary>What <c>doctor</c> finds. Every part that is missing says what to do.</summary>
public sealed record DoctorReport(
    string Version,
    string Compilation,
    string Runtime,
    string Architecture,
    int Processors,
    int PageBytes,
    string Kernel,
    IReadOnlyList<string> KernelsAvailable,
    IReadOnlyList<LibraryReport> Libraries,
    string DataFolder,
    ModelsReport Models,
    BudgetReport Budget,
    long ResidentBytes,
    bool Healthy);

/// <param name="Version">Null when it cannot be used.</param>
/// <param name="Problem">Null when it can be used.</param>
public sealed record LibraryReport(string Name, string? Version, string? Problem);

/// <param name="PlannedBytes">Private memory at most.</param>
/// <param name="MappedBytes">What is left for mapped pages of the index.</param>
public sealed record BudgetReport(long RamBytes, IReadOnlyList<BudgetShare> Shares, long PlannedBytes, long MappedBytes, bool Fits);

/// <param name="Lower">The command that lowers it, or <c>fixed</c>.</param>
public sealed record BudgetShare(string Name, long Bytes, string Lower);
