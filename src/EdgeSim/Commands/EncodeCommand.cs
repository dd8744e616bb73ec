using System.CommandLine;
using System.Text;
using System.Text.Json;
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
            string[] given = parsed.GetValue(inputs) is { Length: > 0 } arguments
                ? arguments
                : ParseArray(parsed.GetValue(file)!);
            using SimilarityEngine engine = Start.Engine(options);
            for (int i = 0; i < given.Length; i++)
            {
                EncoderInput input = parsed.GetValue(images)
                    ? EncoderInput.FromImage(InputFiles.ReadImage(given[i]))
                    : EncoderInput.FromText(given[i]);
                Print(
                    Encode(engine, parsed.GetValue(model), input, given[i], i),
                    parsed.GetValue(global.Json),
                    output);
            }

            return (int)ExitCode.Success;
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
            throw new UserException(ExitCode.Data, $"input {index} ({Shorten(name)}): {e.Message}", e);
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

    private static string[] ParseArray(string file)
    {
        byte[] json = file == "-"
            ? Encoding.UTF8.GetBytes(InputFiles.ReadStandardInput())
            : InputFiles.ReadJson(file);
        try
        {
            return JsonSerializer.Deserialize(json, JsonFormats.Default.StringArray) is { Length: > 0 } array
                && !array.Contains(null)
                ? array
                : throw new UserException(
                    ExitCode.Data, "The JSON holds no strings; expected an array such as [\"a text\"].");
        }
        catch (JsonException e)
        {
            throw new UserException(
                ExitCode.Data, $"The input is not a JSON array of strings: {e.Message}", e);
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
