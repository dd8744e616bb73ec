using System.Text.Json;
using EdgeSim.Encoders;
using EdgeSim.Transports.Http;

namespace EdgeSim.Tests.Http;

public sealed class HttpErrorsTests
{
    [Theory]
    [InlineData(ExitCode.Usage, 400)]
    [InlineData(ExitCode.NoInput, 404)]
    [InlineData(ExitCode.Data, 422)]
    [InlineData(ExitCode.Busy, 503)]
    [InlineData(ExitCode.Unavailable, 503)]
    [InlineData(ExitCode.InputOutput, 500)]
    public void Describe_UserException_HasItsStatusAndItsMessage(ExitCode code, int status)
    {
        var body = HttpErrors.Describe(new UserException(code, "what and why"))!;
        Assert.Equal(status, body.Status);
        Assert.Equal("what and why", body.Error);
    }

    [Fact]
    public void Describe_RefusedInput_NamesItsPosition() =>
        Assert.Contains("input 3", HttpErrors.Describe(new EncoderInputException("too long", 3))!.Error);

    [Fact]
    public void Describe_MissingModel_AsksToTryLater() =>
        Assert.Equal(503, HttpErrors.Describe(new ModelException("not installed"))!.Status);

    [Fact]
    public void Describe_WrongJson_Is400() =>
        Assert.Equal(400, HttpErrors.Describe(new JsonException("bad"))!.Status);

    [Fact]
    public void Describe_ADefect_IsNotExplainedAway() =>
        Assert.Null(HttpErrors.Describe(new InvalidOperationException("ours")));
}
