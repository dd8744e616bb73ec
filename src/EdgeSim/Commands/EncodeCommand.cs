using System.CommandLine;
using EdgeSim.Encoders;
using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary><c>edgesim encode</c>: embeddings for other programs.</summary>
public static class EncodeCommand
{
    private const int NumbersShown = 6;

    public static Command Create(GlobalOptions global, Output output)
    {
        var inputs = new Argument<string[]>("input")
        {
            Description = "Texts, or with --images paths; none: a JSON array of them from --file.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var file = new Option<string>("--file")
        {
            Description = "A JSON array of strings; - is standard input.",
            DefaultValueFactory = _ => "-",
        };
        var images = new Option<bool>("--images") { Description = "The inputs are paths of pictures." };
        var model = new Option<string?>("--model")
        {
            Description = "An installed model; default: that of texts or pictures.",
        };
        var command = new Command("encode", "Print the embedding of each text or picture, one line each.")
        {
            inputs, file, images, model,
        };
        command.SetAction(parsed =>
        {
            ProgramOptions options = global.Read(parsed);
            using SimilarityEngine engine = Start.Engine(options);
            int count = 0;
            foreach (string given in parsed.GetValue(inputs) is { Length: > 0 } arguments
                ? arguments
                : FromJson(parsed.GetValue(file)!))
            {
                EncoderInput input = parsed.GetValue(images)
                    ? EncoderInput.FromImage(InputFiles.ReadImage(given))
                    : EncoderInput.FromText(given);
                Print(
                    Encode(engine, parsed.GetValue(model), input, given, count),
                    parsed.GetValue(global.Json),
                    output);
                count++;
            }

            return count > 0
                ? (int)ExitCode.Success
                : throw new UserException(
                    ExitCode.Data, "The JSON holds no strings; expected an array such as [\"a text\"].");
        });
        return command;
    }

    private static EncodeLine Encode(
        SimilarityEngine engine, string? model, EncoderInput input, string name, int index)
    {
        try
        {
            var reply = (EncodeReply)engine.Execute(new EncodeRequest(model, [input]));
            EncodedItem item = reply.Items[0];
            return new EncodeLine(
                name,
                reply.Model,
                item.Tokens,
                item.TokensDropped,
                item.Width,
                item.Height,
                item.Embedding,
                item.Milliseconds);
        }
        catch (EncoderInputException e)
        {
            string shown = string.IsNullOrWhiteSpace(name) ? "" : $" ({Shorten(name)})";
            throw new UserException(ExitCode.Data, $"input {index}{shown}: {e.Message}", e);
        }
    }

    private static void Print(EncodeLine line, bool json, Output output)
    {
        if (json)
        {
            output.Json(line, JsonFormats.Default.EncodeLine);
            return;
        }

        string first = string.Join(", ", line.Embedding.Take(NumbersShown).Select(x => x.ToString("F4")));
        string size = line.Tokens is { } tokens ? $"{tokens} tokens" : $"{line.Width} x {line.Height}";
        string dropped = line.TokensDropped > 0
            ? $", {line.TokensDropped} beyond the model's limit dropped"
            : "";
        output.Line(
            $"{Shorten(line.Input)}: {line.Embedding.Length} dimensions by {line.Model}, {size}{dropped}, "
            + $"{line.Ms:F1} ms: [{first}, ...]");
    }

    /// <summary>Hands each string out as soon as it is read: lines come out while input comes in.</summary>
    private static IEnumerable<string> FromJson(string file)
    {
        using var strings = new JsonStrings(
            file == "-" ? System.Console.OpenStandardInput() : InputFiles.Open(file));
        while (strings.TryRead(out string text))
        {
            yield return text;
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
