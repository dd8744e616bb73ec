using System.CommandLine;
using EdgeSim.Encoders;
using EdgeSim.Index;

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

        try
        {
            return (ExitCode)parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // The library would end the process two seconds after SIGTERM, whatever a command still
                // finishes.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(Limits.ShutdownSeconds + 5),
            });
        }
        catch (Exception e) when (Describe(e) is { } failure)
        {
            output.Message($"edgesim: {failure.Message}");
            return failure.Code;
        }
    }

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
        root.Subcommands.Add(DoctorCommand.Create(global, output));
        root.Subcommands.Add(BenchCommand.Create(global, output));
        return root;
    }

    private static (ExitCode Code, string Message)? Describe(Exception exception) => exception switch
    {
        UserException e => (e.Code, e.Message),
        EncoderInputException e => (ExitCode.Data, e.Message),
        ModelException e => (ExitCode.Unavailable, e.Message),
        VectorException e => (ExitCode.Data, e.Message),
        IndexLockedException e => (ExitCode.Busy, e.Message),
        IndexException e => (ExitCode.InputOutput, e.Message),
        PlatformNotSupportedException e => (ExitCode.Configuration, e.Message),
        FileNotFoundException or DirectoryNotFoundException => (ExitCode.NoInput, exception.Message),
        IOException or UnauthorizedAccessException => (ExitCode.InputOutput, exception.Message),
        _ => null,
    };
}
