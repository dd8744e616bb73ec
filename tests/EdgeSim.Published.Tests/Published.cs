using System.Diagnostics;
using System.Text;

namespace EdgeSim.Published.Tests;

/// <summary>
/// Runs the published native binary as a user does: arguments in, output and exit code out.
/// </summary>
internal static class Published
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The binary that test.sh published.</summary>
    public static string Binary => Required("EDGESIM_BINARY");

    public static string Profile => Required("EDGESIM_PROFILE");

    /// <summary>The checkout.</summary>
    public static string Root => Required("EDGESIM_ROOT");

    /// <summary>Where setup.sh keeps what it fetched.</summary>
    public static string Cache => Required("EDGESIM_CACHE");

    public static string Stamps => Required("EDGESIM_STAMPS");

    public static Run Start(string data, params string[] arguments) =>
        StartFrom(Binary, data, null, arguments);

    /// <summary>Runs with an environment variable set for this process alone.</summary>
    public static Run StartWith(
        (string Name, string Value) variable, string data, params string[] arguments) =>
        Finish(Launch(Binary, data, arguments, variable), null);

    /// <summary>Runs another copy of the binary, or with text on its standard input.</summary>
    public static Run StartFrom(string binary, string data, string? input, params string[] arguments) =>
        Finish(Launch(binary, data, arguments), input);

    /// <summary>Starts without waiting; the caller ends the process.</summary>
    public static Process Launch(
        string binary, string data, string[] arguments, (string Name, string Value)? variable = null)
    {
        var start = new ProcessStartInfo(binary)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["EDGESIM_DATA"] = data;
        if (variable is { } set)
        {
            start.Environment[set.Name] = set.Value;
        }

        return Process.Start(start)!;
    }

    private static Run Finish(Process started, string? input)
    {
        using Process process = started;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            string arguments = string.Join(' ', process.StartInfo.ArgumentList);
            Assert.Fail($"edgesim {arguments} did not end within {Patience}");
        }

        return new Run(process.ExitCode, output.Result, error.Result);
    }

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{name} is not set; run this suite through ./test.sh.");

    internal sealed record Run(int ExitCode, string Output, string Error);
}
