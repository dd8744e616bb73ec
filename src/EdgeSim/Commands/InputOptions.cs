using System.CommandLine;
using System.Text.Json;
using EdgeSim.Engine;
using EdgeSim.Index;

namespace EdgeSim.Commands;

/// <summary>A text, a picture, a vector or a key on the command line; exactly one.</summary>
public sealed class InputOptions
{
    private readonly Option<string?> text = new("--text") { Description = "A sentence." };
    private readonly Option<FileInfo?> image = new("--image") { Description = "A JPEG or PNG file." };
    private readonly Option<string?> vector = new("--vector")
    {
        Description = "A JSON array of numbers, or - for standard input.",
    };
    private readonly Option<string?> key = new("--key")
    {
        Description = "A stored point: a number or a UUID.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(text);
        command.Options.Add(image);
        command.Options.Add(vector);
        command.Options.Add(key);
    }

    /// <summary>The key, when one is given.</summary>
    public Key? Key(ParseResult parsed)
    {
        string? given = parsed.GetValue(key);
        return given is null ? null
            : Index.Key.TryParse(given, out Key value) ? value
            : throw new UserException(
                ExitCode.Usage,
                $"--key is '{given}'; expected a number from 0 to {ulong.MaxValue} or a UUID.");
    }

    /// <summary>The content that is given, or null.</summary>
    /// <exception cref="UserException">More than one is given, or it cannot be read.</exception>
    public PointInput? Content(ParseResult parsed)
    {
        string? sentence = parsed.GetValue(text);
        FileInfo? file = parsed.GetValue(image);
        string? numbers = parsed.GetValue(vector);
        int given = (sentence is null ? 0 : 1) + (file is null ? 0 : 1) + (numbers is null ? 0 : 1);
        if (given > 1)
        {
            throw new UserException(ExitCode.Usage, "Give only one of --text, --image and --vector.");
        }

        return sentence is not null ? PointInput.FromText(sentence)
            : file is not null ? PointInput.FromImage(InputFiles.ReadImage(file.FullName))
            : numbers is not null ? PointInput.FromVector(ParseVector(numbers))
            : null;
    }

    private static float[] ParseVector(string numbers)
    {
        try
        {
            float[] vector = (numbers == "-"
                ? JsonSerializer.Deserialize(
                    InputFiles.ReadStandardInput(Limits.VectorJsonBytesMax).Span,
                    JsonFormats.Default.SingleArray)
                : JsonSerializer.Deserialize(numbers, JsonFormats.Default.SingleArray)) ?? [];
            return vector.Length is > 0 and <= Limits.DimensionMax
                ? vector
                : throw new UserException(
                    ExitCode.Data,
                    $"--vector has {vector.Length} numbers; allowed are 1 to {Limits.DimensionMax}.");
        }
        catch (JsonException e)
        {
            throw new UserException(
                ExitCode.Data, $"--vector is not a JSON array of numbers: {e.Message}", e);
        }
    }
}
