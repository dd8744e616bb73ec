using System.Text;

namespace EdgeSim.Commands;

/// <summary>Reads files that a user names, within limits and with messages that name the file.</summary>
public static class InputFiles
{
    /// <exception cref="UserException">
    /// Not there, not a file, or larger than <see cref="Limits.ImageFileBytesMax"/>.
    /// </exception>
    public static byte[] ReadImage(string path) => Read(path, Limits.ImageFileBytesMax, "a picture");

    /// <exception cref="UserException">
    /// Not there, not a file, or larger than <see cref="Limits.TextFileBytesMax"/>.
    /// </exception>
    public static string ReadText(string path) =>
        Encoding.UTF8.GetString(Read(path, Limits.TextFileBytesMax, "a text"));

    /// <exception cref="UserException">
    /// Not there, not a file, or larger than <see cref="Limits.EncodeInputBytesMax"/>.
    /// </exception>
    public static byte[] ReadJson(string path) => Read(path, Limits.EncodeInputBytesMax, "JSON");

    /// <exception cref="UserException">More than <see cref="Limits.EncodeInputBytesMax"/> bytes.</exception>
    public static string ReadStandardInput()
    {
        using Stream input = System.Console.OpenStandardInput();
        using var buffer = new MemoryStream();
        var block = new byte[1 << 16];
        int read;
        while ((read = input.Read(block)) > 0)
        {
            if (buffer.Length + read > Limits.EncodeInputBytesMax)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"Standard input has more than {Limits.EncodeInputBytesMax} bytes. Send it in parts.");
            }

            buffer.Write(block, 0, read);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static byte[] Read(string path, long bytesMax, string what)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new UserException(ExitCode.NoInput, $"{path}: no such file.");
        }

        if (file.Length > bytesMax)
        {
            throw new UserException(
                ExitCode.Data, $"{path}: {file.Length} bytes; as {what} at most {bytesMax} are read.");
        }

        return File.ReadAllBytes(path);
    }
}
