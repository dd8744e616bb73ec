using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// Reads by calls and not through a mapping: a sector that the disk cannot read is then an error of one call,
/// where touching it in a mapping would end the process (SIGBUS).
/// </summary>
internal static class SalvageBytes
{
    private const int PieceBytes = 4096;

    /// <summary>Opens a file for reading; null, with the reason noted, when it cannot be.</summary>
    internal static SafeFileHandle? TryOpen(string path, ProblemList problems)
    {
        try
        {
            return File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            problems.Error(path, null, "the file is missing");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            problems.Error(path, null, $"the file cannot be opened: {refused.Message}");
        }

        return null;
    }

    /// <summary>Fills a buffer; false when the file ends before, or the disk refuses.</summary>
    internal static bool TryRead(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int count = RandomAccess.Read(file, buffer, offset);
                if (count == 0)
                {
                    return false;
                }

                buffer = buffer[count..];
                offset += count;
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// A small file as a whole, with zeros where the disk refuses; null, with the reason noted, when there is
    /// none or it is too long to be ours.
    /// </summary>
    internal static byte[]? Read(string path, long bytesMax, ProblemList problems)
    {
        using SafeFileHandle? file = TryOpen(path, problems);
        if (file is null)
        {
            return null;
        }

        long length = RandomAccess.GetLength(file);
        if (length > bytesMax)
        {
            problems.Error(path, null, $"the file has {length} bytes; at most {bytesMax} are written");
            return null;
        }

        byte[] bytes = new byte[length];
        if (TryRead(file, bytes, 0))
        {
            return bytes;
        }

        for (int at = 0; at < bytes.Length; at += PieceBytes)
        {
            Span<byte> piece = bytes.AsSpan(at, Math.Min(PieceBytes, bytes.Length - at));
            if (!TryRead(file, piece, at))
            {
                piece.Clear();
                problems.Error(path, at, $"the disk cannot read {piece.Length} bytes");
            }
        }

        return bytes;
    }
}
