using System.Text.RegularExpressions;

namespace EdgeSim.Tests;

/// <summary>Style that can be checked is checked here; what each rule is for stands beside it.</summary>
public sealed partial class TidyTests
{
    private const int LineLengthMax = 110;
    private const int FileLinesMax = 400;
    private const int FileBytesMax = 512 << 10;

    private static IEnumerable<string> Sources => Repository.Files(".cs");

    private static IEnumerable<string> ProductSources =>
        Sources.Where(path => path.StartsWith("src/", StringComparison.Ordinal));

    [Fact]
    public void Lines_AreShort() => None(
        from path in Sources
        from line in Numbered(path)
        where line.Text.Length > LineLengthMax
        select $"{path}:{line.Number} has {line.Text.Length} columns, at most {LineLengthMax}");

    [Fact]
    public void Files_AreShort_ExceptKernels() => None(
        from path in Sources
        where !path.Contains("/Kernels/", StringComparison.Ordinal)
        let lines = Numbered(path).Count()
        where lines > FileLinesMax
        select $"{path} has {lines} lines, at most {FileLinesMax}");

    [Fact]
    public void Files_HoldOnePublicType_OfTheirName() => None(
        from path in ProductSources
        let types = PublicType().Matches(Repository.Read(path))
            .Select(m => m.Groups[1].Value).Distinct().ToArray()
        let name = Path.GetFileNameWithoutExtension(path).Split('.')[0]
        where types.Length > 1 || (types.Length == 1 && types[0] != name)
        select $"{path} declares {string.Join(", ", types)}");

    [Fact]
    public void Intrinsics_AreInKernelsOnly() => None(
        from path in ProductSources
        where !path.Contains("/Kernels/", StringComparison.Ordinal)
        where Repository.Read(path).Contains("System.Runtime.Intrinsics", StringComparison.Ordinal)
        select path);

    [Fact]
    public void NativeCalls_AreGeneratedAndInInteropFolders() => None(
        from path in ProductSources
        let text = Repository.Read(path)
        where text.Contains("[DllImport", StringComparison.Ordinal)
            || (text.Contains("[LibraryImport", StringComparison.Ordinal)
                && !path.Contains("/Interop/", StringComparison.Ordinal))
        select path);

    [Fact]
    public void OnnxRuntime_IsNamedInOneFile() => Assert.Equal(
        ["src/EdgeSim.Encoders/Onnx/OnnxSession.cs"],
        from path in ProductSources
        where Repository.Read(path).Contains("using Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)
        select path);

    [Fact]
    public void Sources_HoldNoLeftOvers() => None(
        from path in Repository.Files(".cs", ".sh", ".md", ".csproj", ".props")
        where path != "tests/EdgeSim.Tests/TidyTests.cs"
        from line in Numbered(path)
        where LeftOver().IsMatch(line.Text)
        select $"{path}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Sources_NameNoMachineOfOurs() => None(
        from path in Repository.Files(".cs", ".sh", ".md", ".csproj", ".props", ".pubxml", ".json")
        where path != "tests/EdgeSim.Tests/TidyTests.cs"
        from line in Numbered(path)
        where PlaceOfOurs().IsMatch(line.Text)
        select $"{path}:{line.Number}");

    [Fact]
    public void Files_AreSmall_WeightsAndDataAreFetched() => None(
        from path in Repository.Files()
        let bytes = new FileInfo(Path.Combine(Repository.Root, path)).Length
        where bytes > FileBytesMax
        select $"{path} has {bytes} bytes, at most {FileBytesMax}");

    [Fact]
    public void Packages_EachHaveAReason()
    {
        string[] lines = Repository.Read("Directory.Packages.props").Split('\n');
        var versions = Enumerable.Range(0, lines.Length)
            .Where(i => lines[i].Contains("<PackageVersion", StringComparison.Ordinal))
            .ToArray();
        Assert.NotEmpty(versions);
        Assert.All(versions, i => Assert.Contains("-->", lines[i - 1]));
    }

    [Fact]
    public void BannedSymbols_EachNameTheirReplacement() => Assert.All(
        Repository.Read("BannedSymbols.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries),
        line => Assert.Matches("^[TMP]:[^;]+;.{10,}$", line));

    [Fact]
    public void MarkdownLinks_LeadSomewhere() => None(
        from path in Repository.Files(".md")
        from Match link in MarkdownLink().Matches(Repository.Read(path))
        let target = link.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
        let full = Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, target)
        where !File.Exists(full) && !Directory.Exists(full)
        select $"{path} links to {target}");

    private static void None(IEnumerable<string> offences)
    {
        string[] found = [.. offences];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private static IEnumerable<(int Number, string Text)> Numbered(string path) =>
        Repository.Read(path).TrimEnd('\n').Split('\n').Select((text, i) => (i + 1, text));

    /// <summary>An absolute path of somebody's machine, or the host of a package registry.</summary>
    [GeneratedRegex(@"(?<![\w.~/}])/(home|root|work|mnt|Users)/|\bregistry\.\w+\.")]
    private static partial Regex PlaceOfOurs();

    [GeneratedRegex(
        @"^public (?:(?:sealed|abstract|static|readonly|partial|unsafe|ref) )*"
        + @"(?:record struct|record|class|enum|struct|interface) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b")]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex MarkdownLink();
}
