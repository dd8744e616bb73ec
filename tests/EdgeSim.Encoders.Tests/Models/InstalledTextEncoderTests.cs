namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// The encoder's laws on the int8 text model as it is installed: from one token to more than it takes,
/// letters of several scripts, and texts of which it knows no piece.
/// </summary>
public sealed class InstalledTextEncoderTests(InstalledCatalogue catalogue)
    : EncoderContractTests, IClassFixture<InstalledCatalogue>
{
    protected override IReadOnlyList<EncoderInput> Samples { get; } =
    [
        EncoderInput.FromText("dog"),
        EncoderInput.FromText("?"),
        EncoderInput.FromText("Motor overheating detected: shut down line 4"),
        EncoderInput.FromText("Überprüfen Sie bitte die Kühlung, façade naïve, Łódź"),
        EncoderInput.FromText("emoji 😀 and e\u0301 and \uFB01 test"),
        EncoderInput.FromText("日本語のテキスト"),
        EncoderInput.FromText(string.Join(' ', Enumerable.Repeat("A pump lost its pressure again.", 20))),
        EncoderInput.FromText(string.Concat(Enumerable.Repeat("Scientists discovered a new planet. ", 400))),
    ];

    protected override EncoderInput Refused => EncoderInput.FromText("");

    protected override IEncoder Open() => catalogue.Open("use-lite");
}
