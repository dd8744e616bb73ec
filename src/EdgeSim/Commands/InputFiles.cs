using System.Text;

namespace EdgeSim.Commands;

/// <summary>
/// Reads files that a user names, with messages that name the file. Regular files only, and never more bytes
/// than the limit, whatever size the system states: a file may grow, and /proc states 0.
/// </summary>
public static class InputFiles
{
    private const int FirstBlockBytes = 64 << 10;

    /// <exception cref="UserException">
    /// Not there, not a regular file, or larger than <see cref="Limits.ImageFileBytesMax"/>.
    /// </exception>
    public static ReadOnlyMemory<byte> ReadImage(string path) =>
        Read(path, Limits.ImageFileBytesMax, "a picture");

    /// <exception cref="UserException">
    /// Not there, not a regular file, or larger than <see cref="Limits.TextFileBytesMax"/>.
    /// </exception>
    public static string ReadText(string path) =>
        Encoding.UTF8.GetString(Read(path, Limits.TextFileBytesMax, "a text").Span);

    /// <summary>Opens a file to be read piece by piece.</summary>
    /// <exception cref="UserException">Not there, or not a regular file.</exception>
    public static FileStream Open(string path)
    {
        FileFacts facts = FileFacts.Of(path);
        return facts.Kind == FileFacts.RegularFile
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
            : throw new UserException(
                ExitCode.Data,
                $"{path}: is {facts.Kind}; only regular files are read. What comes from another program goes "
                + "into standard input, where the command takes it.");
    }

    /// <summary>All of standard input.</summary>
    /// <exception cref="UserException">More bytes than allowed.</exception>
    public static ReadOnlyMemory<byte> ReadStandardInput(int bytesMax)
    {
        using Stream input = System.Console.OpenStandardInput();
        return ReadAtMost(input, FirstBlockBytes, bytesMax, "standard input");
    }

    /// <summary>Reads to the end.</summary>
    /// <param name="input">Any stream.</param>
    /// <param name="bytesExpected">Its length as far as it is known; only a hint.</param>
    /// <param name="bytesMax">More is refused as soon as it is seen.</param>
    /// <param name="name">For the message.</param>
    internal static ReadOnlyMemory<byte> ReadAtMost(
        Stream input, long bytesExpected, int bytesMax, string name)
    {
        // One byte more than expected, so that the end is seen without growing.
        var buffer = new byte[Math.Min(bytesExpected, bytesMax) + 1];
        int count = 0;
        int read;
        while ((read = input.Read(buffer, count, buffer.Length - count)) > 0)
        {
            count += read;
            if (count > bytesMax)
            {
                throw TooLarge(name, $"more than {bytesMax}", bytesMax);
            }

            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(bytesMax + 1L, Math.Max(buffer.Length * 2L, 4096)));
            }
        }

        return buffer.AsMemory(0, count);
    }

    private static ReadOnlyMemory<byte> Read(string path, int bytesMax, string what)
    {
        using FileStream file = Open(path);
        return file.Length > bytesMax
            ? throw TooLarge($"{path}, read as {what}", $"{file.Length}", bytesMax)
            : ReadAtMost(file, file.Length, bytesMax, $"{path}, read as {what}");
    }

    private static UserException TooLarge(string name, string bytes, int bytesMax) =>
        new(ExitCode.Data, $"{name}: {bytes} bytes; at most {bytesMax} are taken.");
}
