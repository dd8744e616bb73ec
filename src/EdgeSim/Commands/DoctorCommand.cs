using System.CommandLine;
using EdgeSim.Encoders;
using EdgeSim.Encoders.Images;
using EdgeSim.Encoders.Models;
using EdgeSim.Encoders.Onnx;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim doctor</c>: what this machine and this binary have, and whether the budget fits.
/// </summary>
public static class DoctorCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        var command = new Command("doctor", "Report kernel, libraries, models and the memory budget.");
        command.SetAction(parsed =>
        {
            DoctorReport report = Examine(global.Read(parsed));
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.DoctorReport);
            }
            else
            {
                Print(report, output);
            }

            return (int)(!report.Budget.Fits ? ExitCode.Configuration
                : report.Healthy ? ExitCode.Success : ExitCode.Unavailable);
        });
        return command;
    }

    private static DoctorReport Examine(ProgramOptions options)
    {
        var store = new ModelStore(options.ModelsFolder);
        var budget = new MemoryBudget(
            options.RamBytes, store.Installed().Select(m => m.Manifest), serving: true);
        LibraryReport[] libraries = [OnnxRuntime(), .. NativeImageLibraries.Probe().Select(Image)];
        ModelsReport models = ModelsCommand.Report(store);
        return new DoctorReport(
            BuildInfo.Version,
            BuildInfo.Compilation,
            BuildInfo.Runtime,
            BuildInfo.Architecture,
            Environment.ProcessorCount,
            Environment.SystemPageSize,
            VectorKernels.Best.Name,
            [.. VectorKernels.Available.Select(kernels => kernels.Name)],
            libraries,
            options.DataFolder,
            models,
            new BudgetReport(
                budget.RamBytes,
                [.. budget.Shares.Select(share => new BudgetShare(share.Name, share.Bytes, share.Lower))],
                budget.PlannedBytes,
                budget.MappedBytes,
                budget.MappedBytes >= Limits.MappedBytesMin),
            ProcessMemory.Read().ResidentBytes,
            libraries.All(library => library.Problem is null) && models.Models.Any(model => model.Installed));
    }

    private static LibraryReport OnnxRuntime()
    {
        try
        {
            return new LibraryReport("libonnxruntime.so", OnnxSession.RuntimeVersion(), null);
        }
        catch (ModelException e)
        {
            return new LibraryReport("libonnxruntime.so", null, e.Message);
        }
    }

    private static LibraryReport Image(NativeImageLibrary library) => new(
        library.Library,
        library.Available ? library.Version : null,
        library.Available ? null : library.Problem);

    private static void Print(DoctorReport report, Output output)
    {
        output.Line(
            $"edgesim {report.Version} ({report.Compilation}, {report.Runtime}, {report.Architecture}, "
            + $"{report.Processors} processors, pages of {report.PageBytes} bytes)");
        output.Line(
            $"kernel     {report.Kernel} (this build on this processor has: "
            + $"{string.Join(", ", report.KernelsAvailable)})");
        foreach (LibraryReport library in report.Libraries)
        {
            output.Line($"library    {library.Name} {library.Version ?? "MISSING: " + library.Problem}");
        }

        output.Line($"data       {report.DataFolder}");
        foreach (ModelItem model in report.Models.Models)
        {
            string state = model.Installed
                ? "installed"
                : "not installed; run: edgesim models install " + model.Name;
            output.Line($"model      {model.Name}: {state}");
        }

        output.Line(
            $"budget     {MemoryBudget.MiB(report.Budget.RamBytes)} MiB"
            + $"{(report.Budget.Fits ? "" : ", which is TOO SMALL")}");
        foreach (BudgetShare share in report.Budget.Shares)
        {
            output.Line($"  {share.Name,-36}{MemoryBudget.MiB(share.Bytes),8} MiB");
        }

        output.Line($"  {"private memory at most",-36}{MemoryBudget.MiB(report.Budget.PlannedBytes),8} MiB");
        output.Line(
            $"  {"left for mapped pages of the index",-36}"
            + $"{MemoryBudget.MiB(report.Budget.MappedBytes),8} MiB");
        output.Line($"resident   {MemoryBudget.MiB(report.ResidentBytes)} MiB now");
    }
}
