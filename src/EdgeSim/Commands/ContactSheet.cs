using System.Net;
using EdgeSim.Engine;
using EdgeSim.Index.Storage;

namespace EdgeSim.Commands;

/// <summary>
/// One self-contained HTML page: each question with its query and its neighbours as pictures.
/// </summary>
public static class ContactSheet
{
    private const string Head =
        """
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>EdgeSim demo</title>
        <style>
          body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
            color: #1c2329; }
          section { margin: 2.5rem 0; }
          .row { display: flex; flex-wrap: wrap; gap: 1rem; }
          figure { width: 8.5rem; margin: 0; }
          figure div { height: 8.5rem; display: grid; place-items: center; background: #f3f5f7;
            border-radius: .5rem; }
          figure.query div { outline: 3px solid #d2691e; }
          img { max-width: 7.5rem; max-height: 7.5rem; }
          figcaption { font-size: .8rem; margin-top: .3rem; }
          b { font-variant-numeric: tabular-nums; }
          .note { color: #5b6873; }
        </style>
        <h1>What is this like?</h1>

        """;

    /// <summary>
    /// Writes the page: under another name first, so that a page is never half there, and picture by picture,
    /// because twenty photographs in one string are more than a board has.
    /// </summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="questions">In order.</param>
    public static void Write(string path, IReadOnlyList<DemoQuestion> questions)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string beside = path + AtomicFile.TemporarySuffix;
        using (var page = new StreamWriter(beside))
        {
            page.Write(Head);
            foreach (DemoQuestion question in questions)
            {
                Section(page, question);
            }

            page.Write("</html>\n");
        }

        File.Move(beside, path, overwrite: true);
    }

    private static void Section(TextWriter page, DemoQuestion question)
    {
        SearchReply answer = question.Answer;
        page.Write($"<section><h2>{Escape(question.Title)}</h2>\n<p class=note>");
        page.Write(Escape(question.Via ?? "Vectors of the same model compared directly."));
        page.Write($" {answer.RowsScanned} rows in {answer.SearchMs:F2} ms, kernel {answer.Kernel}.");
        page.Write("</p>\n<div class=row>\n");
        if (question.Picture is { } picture)
        {
            Figure(page, "query", picture, "query", "");
        }

        foreach (SearchHit hit in answer.Matches)
        {
            if (hit.Payload is { } payload && ItemPayload.From(payload) is { } item)
            {
                Figure(page, "match", item.File, $"{hit.Score:F3}", item.Caption ?? item.Path);
            }
        }

        page.Write("</div></section>\n");
    }

    private static void Figure(TextWriter page, string kind, string picture, string score, string caption)
    {
        page.Write($"<figure class={kind}><div>");
        using (FileStream? file = TryOpen(picture))
        {
            if (file is null)
            {
                page.Write("<span class=note>no longer there</span>");
            }
            else
            {
                string type = Path.GetExtension(picture).Equals(".png", StringComparison.OrdinalIgnoreCase)
                    ? "png"
                    : "jpeg";
                page.Write($"<img alt=\"{Escape(caption)}\" src=\"data:image/{type};base64,");
                WriteBase64(page, file);
                page.Write("\">");
            }
        }

        page.Write($"</div><figcaption><b>{score}</b> {Escape(caption)}</figcaption></figure>\n");
    }

    /// <summary>Null when it is gone: a collection keeps the points of pictures that were deleted.</summary>
    private static FileStream? TryOpen(string picture)
    {
        try
        {
            return InputFiles.Open(picture);
        }
        catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void WriteBase64(TextWriter page, Stream file)
    {
        // A multiple of three bytes becomes whole groups of four letters.
        const int BlockBytes = 3 << 12;
        var bytes = new byte[BlockBytes];
        var letters = new char[BlockBytes / 3 * 4];
        int read;
        while ((read = file.ReadAtLeast(bytes, BlockBytes, throwOnEndOfStream: false)) > 0)
        {
            Convert.TryToBase64Chars(bytes.AsSpan(0, read), letters, out int written);
            page.Write(letters, 0, written);
        }
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
