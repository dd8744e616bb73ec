using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// Files of a distribution package, by exact version and hash: where the package is installed, in the cache,
/// in a folder that they were brought to, or fetched with the distribution's own client and unpacked into the
/// cache. Nothing is installed, no root is needed, and nothing of a package is executed.
/// </summary>
/// <param name="Name">The package.</param>
/// <param name="Version">The version that is fetched.</param>
/// <param name="Folder">Where in the file system its files are, without the leading slash.</param>
/// <param name="Files">What is needed of it.</param>
internal sealed record DebianPackage(
    string Name, string Version, string Folder, IReadOnlyList<DebianFile> Files)
{
    /// <summary>A slow line carries the largest package (31 MB) in this time at 52 kB/s.</summary>
    private static readonly TimeSpan FetchTimeMax = TimeSpan.FromMinutes(10);

    /// <summary>The folder that holds all files, each with the right hash.</summary>
    /// <param name="from">
    /// Look there only: files by their names or as the package lays them out. Null: look in the usual places,
    /// then fetch.
    /// </param>
    /// <param name="output">For what is being done.</param>
    /// <exception cref="UserException">Not there and not to be fetched, or another content.</exception>
    internal string Locate(string? from, Output output)
    {
        if (from is not null)
        {
            string[] brought = [from, Path.Combine(from, Folder)];
            string found = brought.FirstOrDefault(HasAll)
                ?? throw Unavailable($"{from} does not hold them");
            Verify(found);
            return found;
        }

        // Another version may be installed, and a cache may be damaged: then it is fetched.
        string unpacked = Path.Combine(PackageSource.CacheFolder, "data", Name);
        string cached = Path.Combine(unpacked, Folder);
        string[] places = [Path.Combine("/", Folder), cached];
        if (places.FirstOrDefault(folder => HasAll(folder) && FirstWrong(folder) is null) is { } there)
        {
            return there;
        }

        output.Message($"fetching {Name} {Version}");
        Fetch(unpacked);
        Verify(cached);
        return cached;
    }

    private bool HasAll(string folder) => Files.All(file => File.Exists(Path.Combine(folder, file.Name)));

    private void Verify(string folder)
    {
        if (FirstWrong(folder) is { } wrong)
        {
            throw new UserException(
                ExitCode.Data,
                $"{Path.Combine(folder, wrong.Name)}: its SHA-256 is {HashOf(folder, wrong)}; that of {Name} "
                + $"{Version} is {wrong.Sha256}. Bring that version, or leave --from out.");
        }
    }

    private DebianFile? FirstWrong(string folder)
        => Files.FirstOrDefault(file => HashOf(folder, file) != file.Sha256);

    private static string HashOf(string folder, DebianFile file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(folder, file.Name));
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Unpacks beside, then renames: a half-written folder is never found.</summary>
    private void Fetch(string target)
    {
        string parent = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(parent);
        string work = Path.Combine(parent, $".{Name}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        try
        {
            Run(work, "apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", $"{Name}={Version}");
            string package = Directory.GetFiles(work, "*.deb").FirstOrDefault()
                ?? throw Unavailable("apt-get finished without writing a package");
            string content = Path.Combine(work, "content");
            Run(work, "dpkg-deb", "-x", package, content);
            if (!HasAll(Path.Combine(content, Folder)))
            {
                throw Unavailable($"{Path.GetFileName(package)} does not hold them");
            }

            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            Directory.Move(content, target);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private void Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        try
        {
            using Process process = Process.Start(start) ?? throw Unavailable($"'{program}' did not start");
            Task<string> text = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(FetchTimeMax))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                throw Unavailable($"{program} did not finish within {FetchTimeMax.TotalMinutes} minutes");
            }

            Task.WaitAll(text, errors);
            if (process.ExitCode != 0)
            {
                string reason = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .FirstOrDefault() ?? "no message";
                throw Unavailable($"{program} ended with code {process.ExitCode}: {reason}");
            }
        }
        catch (Win32Exception e)
        {
            throw Unavailable($"'{program}' cannot be started ({e.Message})");
        }
    }

    private UserException Unavailable(string reason)
    {
        string names = string.Join(" and ", Files.Select(file => file.Name));
        string cache = Path.Combine(PackageSource.CacheFolder, "data", Name);
        return new UserException(
            ExitCode.Unavailable,
            $"{names} of the package {Name} {Version} are missing and cannot be fetched: {reason}. Do one of "
            + $"these: 'sudo apt-get install {Name}'; or on a machine with network 'apt-get download "
            + $"{Name}={Version}', then here 'dpkg-deb -x THE-FILE.deb {cache}'; or say --from FOLDER with "
            + "the two files.");
    }
}
