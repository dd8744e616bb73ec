using System.Net;
using System.Text;
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

    /// <summary>Writes the page atomically.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="questions">In order.</param>
    public static void Write(string path, IReadOnlyList<DemoQuestion> questions)
    {
        var page = new StringBuilder(Head);
        foreach (DemoQuestion question in questions)
        {
            page.Append("<section><h2>").Append(Escape(question.Title)).Append("</h2>\n<p class=note>")
                .Append(Escape(question.Via ?? "Vectors of the same model compared directly."))
                .Append($" {question.Answer.RowsScanned} rows in {question.Answer.SearchMs:F2} ms, ")
                .Append($"kernel {question.Answer.Kernel}.")
                .Append("</p>\n<div class=row>\n");
            if (question.Picture is { } picture)
            {
                Figure(page, "query", picture, "query", "");
            }

            foreach (SearchHit hit in question.Answer.Matches)
            {
                if (hit.Payload is { } payload && ItemPayload.From(payload) is { } item)
                {
                    Figure(
                        page,
                        "match",
                        Path.Combine(item.Folder, item.Path),
                        $"{hit.Score:F3}",
                        item.Caption ?? item.Path);
                }
            }

            page.Append("</div></section>\n");
        }

        page.Append("</html>\n");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(page.ToString()));
    }

    private static void Figure(StringBuilder page, string kind, string picture, string score, string caption)
    {
        string type = Path.GetExtension(picture).Equals(".png", StringComparison.OrdinalIgnoreCase)
            ? "png"
            : "jpeg";
        string data = Convert.ToBase64String(InputFiles.ReadImage(picture));
        page.Append($"<figure class={kind}><div><img alt=\"{Escape(caption)}\" ")
            .Append($"src=\"data:image/{type};base64,{data}\"></div>")
            .Append($"<figcaption><b>{score}</b> {Escape(caption)}</figcaption></figure>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
