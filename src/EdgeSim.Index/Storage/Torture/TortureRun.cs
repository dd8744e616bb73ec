using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// Runs seeded programs against a store, cuts the power after every step in many ways, and has each disk that
/// is left opened and compared with what the program was promised. After some cuts the recovery and a second
/// program are recorded too, and cut again.
/// </summary>
internal sealed class TortureRun(ITortureSubject subject, TortureOptions options)
{
    /// <summary>
    /// Of the file beside a kept disk: a program with threads of its own may not do the same again.
    /// </summary>
    internal const string TraceSuffix = ".trace";

    /// <summary>Steps after a recovery in which what it left behind still matters most.</summary>
    private const int FirstSteps = 12;

    private readonly Lock _gate = new();
    private long _steps;
    private long _cuts;
    private long _secondCuts;
    private TimeSpan _slowest;
    private string _slowestReplay = "";
    private volatile TortureException? _failure;

    private bool IsOver => _failure is not null || Interlocked.Read(ref _cuts) >= options.CutsMax;

    /// <summary>All of it, on several threads.</summary>
    /// <exception cref="TortureException">The first broken promise.</exception>
    internal TortureReport Run()
    {
        long start = Stopwatch.GetTimestamp();
        using var directory = new TortureDirectory();
        int programs = 0;
        while (programs < options.Programs && !IsOver)
        {
            RunProgram(options.Seed + (ulong)programs++, directory);
        }

        return _failure is not null
            ? throw _failure
            : new TortureReport(
                options.Seed,
                programs,
                _steps,
                _cuts,
                _secondCuts,
                Stopwatch.GetElapsedTime(start),
                _slowest,
                _slowestReplay);
    }

    /// <summary>One power cut again, as <see cref="TortureException.Replay"/> names it.</summary>
    /// <exception cref="TortureException">The promise is still broken.</exception>
    /// <exception cref="FormatException">That names no cut of this subject.</exception>
    internal void Replay(string replay)
    {
        string[] parts = replay.Split('/');
        if (parts.Length is not (2 or 3)
            || !ulong.TryParse(parts[0], CultureInfo.InvariantCulture, out ulong seed))
        {
            throw new FormatException($"'{replay}' is no replay; one is seed/cut or seed/cut/cut.");
        }

        using var directory = new TortureDirectory();
        TortureLife life = FirstLife(seed, directory.Sub("program"));
        PowerCut first = PowerCut.Parse(parts[1]);
        string name = $"{seed}/{first}";
        TortureLife next = SecondLife(Walk(life, first), first, seed, name, directory.Sub("first"), out _);
        if (parts.Length == 3)
        {
            PowerCut second = PowerCut.Parse(parts[2]);
            CheckCut(Walk(next, second), second, seed, $"{name}/{second}", directory.Sub("second"));
        }
    }

    private static TortureLife.Walk Walk(TortureLife life, PowerCut cut)
    {
        if (cut.Position > life.Steps.Length)
        {
            throw new FormatException(
                $"Cut {cut} lies beyond the {life.Steps.Length} steps: this is not the program it was.");
        }

        TortureLife.Walk walk = life.Begin();
        walk.MoveTo(cut.Position);
        return walk;
    }

    private void RunProgram(ulong seed, TortureDirectory directory)
    {
        TortureLife life = FirstLife(seed, directory.Sub("program"));
        _steps += life.Steps.Length;
        Parallel.For(0, options.Threads, thread =>
        {
            string place = directory.Sub($"disk{thread}");
            TortureLife.Walk walk = life.Begin();
            try
            {
                for (int i = thread; i <= life.Steps.Length && !IsOver; i += options.Threads)
                {
                    walk.MoveTo(i);
                    CutHere(walk, seed, place);
                }
            }
            catch (TortureException failure)
            {
                _failure ??= failure;
            }
        });
    }

    private void CutHere(TortureLife.Walk walk, ulong seed, string place)
    {
        foreach (PowerCut cut in CutsAfter(walk.Last, walk.Position))
        {
            if (IsOver)
            {
                return;
            }

            string name = $"{seed}/{cut}";
            ulong lot = cut.Generator(~seed).Next();
            if (options.SecondLifeEvery == 0 || lot % (ulong)options.SecondLifeEvery != 0)
            {
                CheckCut(walk, cut, seed, name, place);
                continue;
            }

            TortureLife life = SecondLife(walk, cut, seed, name, place, out int recoverySteps);
            foreach (PowerCut second in SecondCuts(life.Steps.Length, recoverySteps, lot))
            {
                CheckCut(Walk(life, second), second, seed, $"{name}/{second}", place);
                Interlocked.Increment(ref _secondCuts);
            }
        }
    }

    /// <summary>
    /// Cuts that can leave another disk, or meet another promise, than those a step earlier.
    /// </summary>
    private IEnumerable<PowerCut> CutsAfter(TraceStep? last, int position)
    {
        TraceKind? kind = last?.Kind;
        if (kind is TraceKind.Open or TraceKind.Accepted)
        {
            yield break;
        }

        bool isSync = kind is TraceKind.Flush or TraceKind.FlushDirectory or TraceKind.FlushFailed;
        if (!isSync)
        {
            yield return new PowerCut(position, CutMode.Prefix, 0);
        }

        if (isSync || kind is null or TraceKind.Durable)
        {
            yield return new PowerCut(position, CutMode.Synced, 0);
        }

        for (int i = 0; i < options.RandomCutsPerStep; i++)
        {
            yield return new PowerCut(position, CutMode.Random, i);
        }

        for (int i = 0; i < options.TornCutsPerStep; i++)
        {
            yield return new PowerCut(position, CutMode.Torn, i);
        }
    }

    /// <summary>A third in the recovery, a third until shortly after it, a third anywhere.</summary>
    private IEnumerable<PowerCut> SecondCuts(int steps, int recoverySteps, ulong lot)
    {
        var random = new SplitMix64(lot);
        for (int i = 0; i < options.CutsPerSecondLife; i++)
        {
            int end = (i % 3) switch
            {
                0 when recoverySteps > 0 => recoverySteps,
                2 => steps,
                _ => Math.Min(steps, recoverySteps + FirstSteps),
            };
            int modes = options.TornCutsPerStep > 0 ? 4 : 3;
            yield return new PowerCut(random.Below(end + 1), (CutMode)random.Below(modes), i);
        }
    }

    private TortureLife FirstLife(ulong seed, string place)
    {
        var nothing = new DiskImage();
        nothing.WriteTo(place);
        var files = new RecordedFiles(place);
        try
        {
            subject.Run(new SplitMix64(seed), files, place, new TortureLog(files, new TortureHistory()));
            return new TortureLife(files.ToTrace(), nothing, new TortureHistory());
        }
        catch (Exception error)
        {
            throw new TortureException(
                $"{seed}", "none", $"The program failed by itself: {Describe(error)}.", error);
        }
    }

    /// <summary>The recovery after a cut and the program that goes on, recorded.</summary>
    private TortureLife SecondLife(
        TortureLife.Walk walk, PowerCut cut, ulong seed, string name, string place, out int recoverySteps)
    {
        SplitMix64 random = cut.Generator(seed);
        DiskImage image = walk.Disk.Image(cut.Mode, ref random);
        image.WriteTo(place);
        var files = new RecordedFiles(place, image);
        int count = Check(files, walk, image, name, place);
        recoverySteps = files.StepCount;
        files.Mark(TraceKind.Recovered, count);
        TortureHistory known = walk.History.Clone();
        known.Apply(new TraceStep(TraceKind.Recovered, Offset: count));
        try
        {
            subject.Run(random, files, place, new TortureLog(files, known));
        }
        catch (Exception error)
        {
            throw Failure(walk, image, name, $"The store opened and cannot go on: {Describe(error)}.", error);
        }

        return new TortureLife(files.ToTrace(), image, walk.History);
    }

    private void CheckCut(TortureLife.Walk walk, PowerCut cut, ulong seed, string name, string place)
    {
        SplitMix64 random = cut.Generator(seed);
        DiskImage image = walk.Disk.Image(cut.Mode, ref random);
        image.WriteTo(place);
        Check(DurableFiles.Disk, walk, image, name, place);
    }

    private int Check(
        DurableFiles files, TortureLife.Walk walk, DiskImage image, string name, string place)
    {
        long start = Stopwatch.GetTimestamp();
        int count;
        try
        {
            count = subject.Check(files, place, walk.History);
        }
        catch (Exception error)
        {
            throw Failure(walk, image, name, Describe(error) + ".", error);
        }

        Interlocked.Increment(ref _cuts);
        NoteTime(Stopwatch.GetElapsedTime(start), name);
        return count >= walk.History.DurableCount && count <= walk.History.Accepted.Length
            ? count
            : throw Failure(
                walk,
                image,
                name,
                $"The store holds {count} batches; {walk.History.DurableCount} were durable and "
                + $"{walk.History.Accepted.Length} accepted.",
                null);
    }

    private void NoteTime(TimeSpan elapsed, string name)
    {
        lock (_gate)
        {
            if (elapsed > _slowest)
            {
                _slowest = elapsed;
                _slowestReplay = name;
            }
        }
    }

    private TortureException Failure(
        TortureLife.Walk walk, DiskImage image, string name, string what, Exception? error)
    {
        lock (_gate)
        {
            if (options.KeepFailureIn is { } keep && !Directory.Exists(keep))
            {
                image.WriteTo(keep);
                AtomicFile.Write(keep + TraceSuffix, Encoding.UTF8.GetBytes(walk.Describe()));
            }
        }

        return new TortureException(
            name, walk.Last is { } last ? $"after '{last}'" : "at the start", what, error);
    }

    private static string Describe(Exception error)
        => $"{error.GetType().Name}: {error.Message.TrimEnd('.')}";
}
