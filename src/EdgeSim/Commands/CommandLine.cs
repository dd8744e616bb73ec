using System.CommandLine;
using EdgeSim.Encoders;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands;

/// <summary>The command tree, and the one place where a failure becomes a message and an exit code.</summary>
public static class CommandLine
{
    public static ExitCode Run(string[] args, Output output)
    {
        var global = new GlobalOptions();
        RootCommand root = Build(global, output);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                output.Message($"edgesim: {error.Message}");
            }

            output.Message("Try: edgesim --help");
            return ExitCode.Usage;
        }

        return Guard(output, () => (ExitCode)parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,

            // The library would end the process two seconds after SIGTERM, whatever a command still finishes.
            // The service has the host's handler, which waits; another command is as safe to end as by a
            // power cut.
            ProcessTerminationTimeout = null,
        }));
    }

    /// <summary>Runs a command; whatever it throws becomes a message and an exit code.</summary>
    internal static ExitCode Guard(Output output, Func<ExitCode> command)
    {
        try
        {
            return command();
        }
        catch (Exception e)
        {
            (ExitCode code, string message) = Describe(e) ?? (ExitCode.Internal, Defect(e));
            output.Message($"edgesim: {message}");
            if (Environment.GetEnvironmentVariable("EDGESIM_TRACE") == "1")
            {
                output.Message(e.ToString());
            }

            return code;
        }
    }

    private static string Defect(Exception exception) =>
        $"This is a defect of EdgeSim: {exception.GetType().Name}: {exception.Message}\n"
        + $"Please report it with the command line and this: edgesim {BuildInfo.Version} "
        + $"({BuildInfo.Compilation}, {BuildInfo.Runtime}, {BuildInfo.Architecture}). "
        + "EDGESIM_TRACE=1 shows where it happened.";

    private static RootCommand Build(GlobalOptions global, Output output)
    {
        var root = new RootCommand(
            "On-device similarity: pictures, texts and vectors in, nearest neighbours out.");
        global.AddTo(root);
        root.Subcommands.Add(DemoCommand.Create(global, output));
        root.Subcommands.Add(ServeCommand.Create(global));
        root.Subcommands.Add(IndexCommand.Create(global, output));
        root.Subcommands.Add(AddCommand.Create(global, output));
        root.Subcommands.Add(SearchCommand.Create(global, output));
        root.Subcommands.Add(EncodeCommand.Create(global, output));
        root.Subcommands.Add(ModelsCommand.Create(global, output));
        root.Subcommands.Add(ImportCommand.Create(global, output));
        root.Subcommands.Add(ExportCommand.Create(global, output));
        root.Subcommands.Add(BackupCommand.Create(global, output));
        root.Subcommands.Add(RestoreCommand.Create(global, output));
        root.Subcommands.Add(VerifyCommand.Create(global, output));
        root.Subcommands.Add(RepairCommand.Create(global, output));
        root.Subcommands.Add(PlanCommand.Create(global, output));
        root.Subcommands.Add(DoctorCommand.Create(global, output));
        root.Subcommands.Add(BenchCommand.Create(global, output));
        root.Subcommands.Add(TortureCommand.Create(global, output));
        return root;
    }

    private static (ExitCode Code, string Message)? Describe(Exception exception) => exception switch
    {
        UserException e => (e.Code, e.Message),
        EncoderInputException e => (ExitCode.Data, e.Message),
        ModelException e => (ExitCode.Unavailable, e.Message),
        VectorException e => (ExitCode.Data, e.Message),
        TransferException e => (ExitCode.Data, e.Message),
        IndexLockedException e => (ExitCode.Busy, e.Message),
        IndexCorruptException e => (
            ExitCode.InputOutput,
            e.Message + " 'edgesim verify' says everything that is wrong; 'edgesim repair' is the repair."),
        IndexException e => (ExitCode.InputOutput, e.Message),
        PlatformNotSupportedException e => (ExitCode.Configuration, e.Message),
        FileNotFoundException or DirectoryNotFoundException => (ExitCode.NoInput, exception.Message),
        IOException or UnauthorizedAccessException => (ExitCode.InputOutput, exception.Message),
        OutOfMemoryException => (
            ExitCode.Configuration,
            "Memory ran out: what was asked does not fit the managed share of the RAM budget. Ask for less "
            + "at once: fewer or smaller files, a smaller k. 'edgesim doctor' shows the budget."),
        _ => null,
    };
}
