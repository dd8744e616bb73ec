using System.CommandLine;
using EdgeSim.Engine;
using EdgeSim.Index;

namespace EdgeSim.Commands;

/// <summary><c>edgesim search</c>: the nearest neighbours of one thing.</summary>
public static class SearchCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        Argument<string> collection = Arguments.Collection();
        Option<int> k = Arguments.K();
        var input = new InputOptions();
        var recall = new Option<float?>("--recall")
        {
            Description = "Share of the true matches, more than 0 and up to 1 (0.95 if not given).",
        };
        var exact = new Option<bool>("--exact") { Description = "All of them: the same as --recall 1." };
        var command = new Command(
            "search", "Find what is nearest to a text, a picture, a vector or a stored point.")
        {
            collection, k, recall, exact,
        };
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            PointInput? content = input.Content(parsed);
            Key? key = input.Key(parsed);
            if (content is null == key is null)
            {
                throw new UserException(
                    ExitCode.Usage, "Give exactly one of --text, --image, --vector and --key.");
            }

            using var engine = Start.Engine(options);
            PointInput query = content ?? PointInput.FromKey(key!.Value);
            var reply = (SearchReply)engine.Execute(
                new SearchRequest(
                    parsed.GetValue(collection)!,
                    query,
                    parsed.GetValue(k),
                    parsed.GetValue(exact) ? 1f : parsed.GetValue(recall)));
            if (parsed.GetValue(global.Json))
            {
                output.Json(reply, JsonFormats.Default.SearchReply);
            }
            else
            {
                Print(reply, output);
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    internal static void Print(SearchReply reply, Output output)
    {
        foreach (SearchHit hit in reply.Matches)
        {
            output.Line($"  {hit.Score,7:F4}  {Describe(hit)}");
        }

        output.Line(
            $"  {reply.Strategy}, {reply.RowsScanned} rows compared ({reply.RowsRescored} rescored, "
            + $"{reply.BytesRead >> 10} KiB, {(reply.Complete ? "exact" : "approximate")}), kernel "
            + $"{reply.Kernel}; query encoded in {reply.EncodeMs:F1} ms, searched in {reply.SearchMs:F2} ms");
    }

    /// <summary>The caption and path of an item of ours, else the payload as it is, else the key.</summary>
    internal static string Describe(SearchHit hit) =>
        hit.Payload is not { } payload ? $"key {hit.Key}"
            : ItemPayload.From(payload) is not { } item ? payload.GetRawText()
            : item.Caption is null ? item.Path
            : $"{item.Caption}  ({item.Path})";
}
