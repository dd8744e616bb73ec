using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Index;
using EdgeSim.Index.Storage.Torture;

namespace EdgeSim.Commands;

/// <summary>
/// <c>edgesim torture</c>: the store of this binary on a disk that is cut off, torn, full and broken, in
/// memory, for as long as one likes.
/// </summary>
public static class TortureCommand
{
    /// <summary>Cuts before the next mode has its turn: some seconds.</summary>
    private const long CutsOfATurn = 4000;

    /// <summary>Seeds of one turn are apart from those of the next.</summary>
    private const ulong SeedStep = 1000;

    private static readonly (Durability Durability, bool HasFaults)[] Turns =
    [
        (Durability.Always, false), (Durability.Always, true), (Durability.Interval, false),
        (Durability.Interval, true), (Durability.None, false), (Durability.None, true),
    ];

    public static Command Create(GlobalOptions global, Output output)
    {
        var seed = new Option<ulong?>("--seed")
        {
            Description = "Of the first program; the same seed does the same. Default: always another.",
        };
        var minutes = new Option<double>("--minutes")
        {
            Description = $"How long, up to {Limits.TortureMinutesMax}.",
            DefaultValueFactory = _ => 1,
        };
        var replay = new Option<string?>("--replay")
        {
            Description = "One power cut again, as a failure names it.",
        };
        var command = new Command(
            "torture",
            "Simulate power cuts and disk failures against the store, and compare what is left with what was "
            + "promised.")
        {
            seed, minutes, replay,
        };
        command.SetAction(parsed =>
        {
            double limit = parsed.GetValue(minutes);
            if (limit is not (> 0 and <= Limits.TortureMinutesMax))
            {
                throw new UserException(
                    ExitCode.Usage,
                    $"--minutes is {limit}; allowed are more than 0 and at most {Limits.TortureMinutesMax}.");
            }

            ulong first = parsed.GetValue(seed) ?? (ulong)Stopwatch.GetTimestamp() % 1_000_000;
            TortureRunReport report = parsed.GetValue(replay) is { } cut
                ? Replay(cut)
                : Run(first, TimeSpan.FromMinutes(limit), output);
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.TortureRunReport);
            }
            else
            {
                Print(report, output);
            }

            return (int)(report.Failure is null ? ExitCode.Success : ExitCode.Internal);
        });
        return command;
    }

    private static TortureRunReport Run(ulong seed, TimeSpan limit, Output output)
    {
        output.Message($"seed {seed}");
        long start = Stopwatch.GetTimestamp();
        var sum = new TortureRunReport(seed, 0, 0, 0, 0);
        for (ulong turn = 0; Stopwatch.GetElapsedTime(start) < limit; turn++)
        {
            output.Progress(
                $"{sum.Cuts} power cuts",
                (long)Stopwatch.GetElapsedTime(start).TotalSeconds,
                (long)Math.Ceiling(limit.TotalSeconds));
            int mode = (int)(turn % (ulong)Turns.Length);
            var options = new TortureOptions
            {
                Seed = seed + (turn * SeedStep),
                Programs = int.MaxValue,
                CutsMax = CutsOfATurn,
            };
            try
            {
                TortureReport report = new TortureRun(SubjectOf(mode), options).Run();
                sum = sum with
                {
                    Programs = sum.Programs + report.Programs,
                    Cuts = sum.Cuts + report.Cuts,
                    SecondCuts = sum.SecondCuts + report.SecondCuts,
                };
            }
            catch (TortureException failure)
            {
                sum = sum with
                {
                    Failure = failure.Message,
                    Replay = $"edgesim torture --replay {mode}:{failure.Replay}",
                };
                break;
            }
        }

        return sum with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    private static TortureRunReport Replay(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon != 1 || text[0] - '0' is not (>= 0 and <= 5))
        {
            throw new UserException(
                ExitCode.Usage,
                $"--replay is '{text}'; expected is what a failure printed, like 0:42/117-Random-3.");
        }

        try
        {
            new TortureRun(SubjectOf(text[0] - '0'), new TortureOptions()).Replay(text[2..]);
            return new TortureRunReport(0, 1, 1, 0, 0);
        }
        catch (FormatException wrong)
        {
            throw new UserException(ExitCode.Usage, wrong.Message, wrong);
        }
        catch (TortureException failure)
        {
            return new TortureRunReport(
                0, 1, 1, 0, 0, failure.Message, $"edgesim torture --replay {text}");
        }
    }

    private static StoreSubject SubjectOf(int mode) => new()
    {
        Durability = Turns[mode].Durability,
        HasFaults = Turns[mode].HasFaults,
    };

    private static void Print(TortureRunReport report, Output output)
    {
        if (report.Failure is { } failure)
        {
            output.Line($"BROKEN after {report.Cuts} power cuts: {failure}");
            output.Line($"Again: {report.Replay}");
            output.Line("Please report this line: it is a defect of EdgeSim.");
        }
        else
        {
            output.Line(
                $"{report.Cuts} power cuts ({report.SecondCuts} of them in a recovery or after it) in "
                + $"{report.Programs} programs, {report.Seconds:F0} s: every promise was kept");
        }
    }
}
