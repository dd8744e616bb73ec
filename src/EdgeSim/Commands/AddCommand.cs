using System.CommandLine;
using System.Text;
using System.Text.Json;
using EdgeSim.Engine;

namespace EdgeSim.Commands;

/// <summary><c>edgesim add</c>: encodes and stores one point.</summary>
public static class AddCommand
{
    public static Command Create(GlobalOptions global, Output output)
    {
        Argument<string> collection = Arguments.Collection();
        var input = new InputOptions();
        var payload = new Option<string?>("--payload")
        {
            Description = "A JSON object that comes back with every match.",
        };
        var model = new Option<string?>("--model")
        {
            Description = "For a new collection: the model of its vectors.",
        };
        var command = new Command(
            "add", "Encode one text, picture or vector and store it; durable when it returns.")
        {
            collection, payload, model,
        };
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            PointInput content = input.Content(parsed)
                ?? throw new UserException(
                    ExitCode.Usage, "Nothing to add: give --text, --image or --vector.");
            ProgramOptions options = global.Read(parsed);
            using var engine = Start.Engine(options);
            var point = new NewPoint(input.Key(parsed), content, ParsePayload(parsed.GetValue(payload)));
            var reply = (AddReply)engine.Execute(
                new AddRequest(parsed.GetValue(collection)!, parsed.GetValue(model), [point]));
            if (parsed.GetValue(global.Json))
            {
                output.Json(reply, JsonFormats.Default.AddReply);
            }
            else
            {
                output.Line(
                    $"stored {reply.Keys[0]} in {reply.Collection}, which has {reply.Points} points now "
                    + $"(encoded in {reply.EncodeMs:F1} ms, on disk after {reply.CommitMs:F1} ms)");
            }

            return (int)ExitCode.Success;
        });
        return command;
    }

    private static byte[] ParsePayload(string? json)
    {
        if (json is null)
        {
            return [];
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Encoding.UTF8.GetBytes(json)
                : throw new UserException(
                    ExitCode.Usage,
                    $"--payload is a JSON {document.RootElement.ValueKind}; it must be an object.");
        }
        catch (JsonException e)
        {
            throw new UserException(ExitCode.Usage, $"--payload is not JSON: {e.Message}", e);
        }
    }
}
