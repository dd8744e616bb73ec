using EdgeSim.Encoders.Onnx;

namespace EdgeSim.Encoders.Tests.Onnx;

public sealed class OnnxSessionTests
{
    private const string Advice =
        "Unable to load shared library 'onnxruntime' or one of its dependencies. In order to help diagnose "
        + "loading problems, consider using a tool like strace. If you're using glibc, consider setting the "
        + "LD_DEBUG environment variable: \n";

    private const string Missing = ": cannot open shared object file: No such file or directory\n";

    [Fact]
    public void LoadFailure_LibraryIsNotThere_SaysSo() => Assert.Equal(
        "/opt/libonnxruntime.so: cannot open shared object file: No such file or directory",
        OnnxSession.LoadFailure(
            $"{Advice}/opt/onnxruntime.so{Missing}/opt/libonnxruntime.so{Missing}onnxruntime{Missing}"));

    [Theory]
    [InlineData("/opt/libonnxruntime.so: invalid ELF header")]
    [InlineData("/lib/libm.so.6: version `GLIBC_2.38' not found (required by /opt/libonnxruntime.so)")]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory")]
    public void LoadFailure_LibraryIsThereAndWrong_SaysWhatIsWrongWithIt(string reason) => Assert.Equal(
        reason,
        OnnxSession.LoadFailure(
            $"{Advice}/opt/onnxruntime.so{Missing}{reason}\n/opt/onnxruntime{Missing}"
            + $"/opt/libonnxruntime{Missing}"));

    [Fact]
    public void LoadFailure_OneLine_IsTheReason() => Assert.Equal(
        "Unable to find an entry point named 'OrtGetApiBase'",
        OnnxSession.LoadFailure("Unable to find an entry point named 'OrtGetApiBase'."));
}
