namespace EdgeSim.Commands.Reports;

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
