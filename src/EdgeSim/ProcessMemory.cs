using System.Globalization;

namespace EdgeSim;

/// <summary>Memory of this process as the kernel counts it, from /proc/self/status (man 5 proc).</summary>
/// <param name="ResidentBytes">VmRSS: pages in memory now.</param>
/// <param name="PeakBytes">VmHWM: the most there ever were.</param>
/// <param name="AnonymousBytes">RssAnon: private memory.</param>
/// <param name="FileBytes">RssFile: mapped files, code and index; the kernel may drop them.</param>
public readonly record struct ProcessMemory(
    long ResidentBytes, long PeakBytes, long AnonymousBytes, long FileBytes)
{
    public static ProcessMemory Read()
    {
        long resident = 0, peak = 0, anonymous = 0, file = 0;
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (TryField(line, "VmRSS:", out long value))
            {
                resident = value;
            }
            else if (TryField(line, "VmHWM:", out value))
            {
                peak = value;
            }
            else if (TryField(line, "RssAnon:", out value))
            {
                anonymous = value;
            }
            else if (TryField(line, "RssFile:", out value))
            {
                file = value;
            }
        }

        return new ProcessMemory(resident, peak, anonymous, file);
    }

    private static bool TryField(string line, string name, out long bytes)
    {
        bytes = 0;
        if (!line.StartsWith(name, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> number = line.AsSpan(name.Length).Trim();
        bytes = long.Parse(number[..number.IndexOf(' ')], CultureInfo.InvariantCulture) << 10;
        return true;
    }
}
