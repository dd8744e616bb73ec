using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeSim.Commands;

/// <summary>
/// Where commands write: results to standard output, progress and messages to standard error.
/// </summary>
public sealed class Output(TextWriter result, TextWriter message)
{
    private bool progressShown;

    public void Line(string text = "")
    {
        ClearProgress();
        result.Write(text + "\n");
    }

    /// <summary>One JSON value on one line.</summary>
    public void Json<T>(T value, JsonTypeInfo<T> type)
    {
        ClearProgress();
        result.Write(JsonSerializer.Serialize(value, type));
        result.Write('\n');
    }

    public void Message(string text)
    {
        ClearProgress();
        message.Write(text + "\n");
    }

    /// <summary>A bar on a terminal; nothing when standard error goes to a file or a pipe.</summary>
    public void Progress(string what, long done, long total)
    {
        if (System.Console.IsErrorRedirected || total <= 0)
        {
            return;
        }

        const int Width = 30;
        int filled = (int)(Width * done / total);
        message.Write(
            $"\r{what} [{new string('#', filled)}{new string('.', Width - filled)}] {done}/{total} ");
        message.Flush();
        progressShown = true;
        if (done == total)
        {
            ClearProgress();
        }
    }

    private void ClearProgress()
    {
        if (progressShown)
        {
            message.Write("\r\e[K");
            progressShown = false;
        }
    }
}
