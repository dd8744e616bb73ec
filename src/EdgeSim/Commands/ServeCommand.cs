using System.CommandLine;
using System.Net;
using EdgeSim.Encoders.Models;
using EdgeSim.Transports.Http;

namespace EdgeSim.Commands;

/// <summary><c>edgesim serve</c>: the HTTP service.</summary>
public static class ServeCommand
{
    public static Command Create(GlobalOptions global)
    {
        var listen = new Option<string>("--listen")
        {
            Description =
                "Address and port; only addresses of this machine's loopback unless --insecure is given.",
            DefaultValueFactory = _ => "127.0.0.1:7700",
        };
        var insecure = new Option<bool>("--insecure")
        {
            Description = "Allow an address that other machines reach. There is no key and no TLS yet.",
        };
        var log = new Option<string>("--log")
        {
            Description = "Log lines as text or json.",
            DefaultValueFactory = _ => "text",
        };
        log.AcceptOnlyFromAmong("text", "json");
        var command = new Command("serve", "Answer HTTP requests until SIGTERM or Ctrl-C.")
        {
            listen,
            insecure,
            log,
        };
        command.SetAction(async (parsed, _) =>
        {
            ProgramOptions options = global.Read(parsed);
            IPEndPoint endpoint = ParseEndpoint(parsed.GetValue(listen)!, parsed.GetValue(insecure));
            var budget = new MemoryBudget(
                options.RamBytes,
                new ModelStore(options.ModelsFolder).Installed().Select(m => m.Manifest),
                serving: true);
            budget.Verify();
            budget.ApplyHeapLimit();
            await HttpHost.RunAsync(
                options, endpoint, parsed.GetValue(log) == "json", parsed.GetValue(insecure));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static IPEndPoint ParseEndpoint(string text, bool insecure)
    {
        if (!IPEndPoint.TryParse(text, out IPEndPoint? endpoint)
            || !text.Contains(':', StringComparison.Ordinal))
        {
            throw new UserException(
                ExitCode.Usage, $"--listen is '{text}'; expected ADDRESS:PORT, e.g. 127.0.0.1:7700.");
        }

        if (!IPAddress.IsLoopback(endpoint.Address) && !insecure)
        {
            throw new UserException(
                ExitCode.Usage,
                $"--listen {text} would let other machines in, and there is no key and no TLS yet. "
                + "Listen on 127.0.0.1 behind a proxy that has them, or say --insecure.");
        }

        return endpoint;
    }
}
