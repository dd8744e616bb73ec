using System.Text.Json;
using EdgeSim.Encoders;
using EdgeSim.Index;
using EdgeSim.Transports.Http;
using EdgeSim.Transports.Http.Bodies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

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
    public void Describe_MissingModel_Is503AndNotToBeTriedAgainSoon()
    {
        ErrorBody error = HttpErrors.Describe(new ModelException("not installed"))!;
        Assert.Equal((503, false), (error.Status, error.IsPassing));
    }

    [Theory]
    [MemberData(nameof(Passing), DisableDiscoveryEnumeration = true)]
    public void Describe_WhatPasses_Is503WithATimeToTryAgain(Exception exception)
    {
        ErrorBody error = HttpErrors.Describe(exception)!;
        Assert.Equal((503, true), (error.Status, error.IsPassing));
        DefaultHttpContext context = Write(error, hasStarted: false);
        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal("1", context.Response.Headers.RetryAfter);
    }

    public static TheoryData<Exception> Passing => new()
    {
        new UserException(ExitCode.Busy, "full"),
        new OutOfMemoryException(),
        Locked(),
    };

    [Fact]
    public void WriteError_AfterTheReplyHasStarted_EndsTheConnectionInsteadOfThrowing()
    {
        DefaultHttpContext context = Write(new ErrorBody(500, "late"), hasStarted: true);
        Assert.Equal(200, context.Response.StatusCode);
        Assert.True(context.RequestAborted.IsCancellationRequested);
        Assert.Equal(0, context.Response.Body.Length);
    }

    [Fact]
    public void WriteError_ThatRepeatsMegabytes_IsCut()
    {
        DefaultHttpContext context = Write(new ErrorBody(400, new string('x', 1 << 20)), hasStarted: false);
        Assert.InRange(context.Response.Body.Length, Limits.ErrorCharsMax, Limits.ErrorCharsMax + 100);
    }

    private static DefaultHttpContext Write(ErrorBody error, bool hasStarted)
    {
        var context = new DefaultHttpContext();
        var leaving = new CancellationTokenSource();
        context.Features.Set<IHttpResponseFeature>(new Response(hasStarted));
        context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime(leaving));
        context.Response.Body = new MemoryStream();
        HttpReplies.WriteError(context, error).Wait();
        return context;
    }

    private static IndexLockedException Locked()
    {
        string folder = Directory.CreateTempSubdirectory("edgesim-tests-").FullName;
        try
        {
            CollectionOptions options = CollectionOptions.Of(
                new VectorOptions { Dimension = 2, Metric = Metric.Dot, Fingerprint = "" });
            using Collection collection = Collection.Create(folder, options);
            return Assert.Throws<IndexLockedException>(() => Collection.Open(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Response(bool hasStarted) : HttpResponseFeature
    {
        public override bool HasStarted => hasStarted;
    }

    private sealed class Lifetime(CancellationTokenSource source) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; } = source.Token;

        public void Abort() => source.Cancel();
    }

    [Fact]
    public void Describe_WrongJson_Is400() =>
        Assert.Equal(400, HttpErrors.Describe(new JsonException("bad"))!.Status);

    [Fact]
    public void Describe_ADefect_IsNotExplainedAway() =>
        Assert.Null(HttpErrors.Describe(new InvalidOperationException("ours")));
}
