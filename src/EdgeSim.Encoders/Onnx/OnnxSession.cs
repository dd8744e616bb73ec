using System.Runtime.InteropServices;
using EdgeSim.Encoders.Onnx.Interop;
using Microsoft.ML.OnnxRuntime;

namespace EdgeSim.Encoders.Onnx;

/// <summary>
/// One loaded ONNX graph. The only file that names ONNX Runtime's types. No memory arena and no spinning
/// threads: on a board an arena costs hundreds of megabytes for a few per cent of speed, and a spin burns the
/// idle cores. Not thread-safe; its encoder holds the lock.
/// </summary>
public sealed class OnnxSession : IDisposable
{
    /// <summary>
    /// Since 1.30 the official library for Linux reports its use to its maker and keeps a database for that
    /// in the home folder, unless this is set before its first call. EdgeSim is offline and spares the SD
    /// card.
    /// </summary>
    private const string DisableTelemetry = "ORT_DISABLE_TELEMETRY";

    private readonly InferenceSession session;
    private readonly RunOptions runOptions;

    /// <summary>Loads a graph from a file. O(file size).</summary>
    /// <param name="path">An .onnx file.</param>
    /// <param name="threads">
    /// Threads for one run, 1..64; the caller's budget decides, never the number of cores.
    /// </param>
    /// <exception cref="ModelException">
    /// The file or the native library is missing, wrong or damaged.
    /// </exception>
    public OnnxSession(string path, int threads)
        : this(path, threads, options => new InferenceSession(RequireFile(path), options))
    {
    }

    /// <summary>Loads a graph from memory, for the conversion tool.</summary>
    /// <param name="model">The bytes of an .onnx file.</param>
    /// <param name="threads">Threads for one run, 1..64.</param>
    /// <exception cref="ModelException">
    /// The graph or the native library is missing, wrong or damaged.
    /// </exception>
    public OnnxSession(byte[] model, int threads)
        : this("graph in memory", threads, options => new InferenceSession(model, options))
    {
    }

    private OnnxSession(string what, int threads, Func<SessionOptions, InferenceSession> load)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 64);
        NativeEnvironment.Set(DisableTelemetry, "1");
        try
        {
            using var options = new SessionOptions
            {
                EnableCpuMemArena = false,
                EnableMemoryPattern = false,
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
            session = load(options);
            runOptions = new RunOptions();
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"{what}: ONNX Runtime refuses the graph: {FirstLine(e.Message)}", e);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException
            or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new ModelException(
                $"The native library libonnxruntime.so cannot be used: {LoadFailure(Innermost(e).Message)}. "
                + $"The one that EdgeSim was built with belongs into {AppContext.BaseDirectory}, for "
                + $"{RuntimeInformation.ProcessArchitecture}: copy it together with the program, or build "
                + "again with ./run.sh, which puts it there.", e);
        }
    }

    public IReadOnlyList<string> InputNames => session.InputNames;

    public IReadOnlyList<string> OutputNames => session.OutputNames;

    /// <summary>Runs the graph into a caller's buffer. Copies nothing but the output.</summary>
    /// <param name="inputs">Every input of the graph.</param>
    /// <param name="output">Name, shape and the float array that receives the result.</param>
    /// <exception cref="ModelException">The graph fails on these inputs.</exception>
    public void Run(ReadOnlySpan<OnnxTensor> inputs, OnnxTensor output)
    {
        try
        {
            using var bound = new BoundInputs(inputs);
            using OrtValue result = Wrap(output);
            session.Run(runOptions, bound.Names, bound.Values, [output.Name], [result]);
        }
        catch (OnnxRuntimeException e)
        {
            throw RunFailure(e);
        }
    }

    /// <summary>Runs the graph and returns the float outputs named, for calibration and tests.</summary>
    /// <exception cref="ModelException">The graph fails on these inputs.</exception>
    public IReadOnlyList<OnnxTensor> RunAll(ReadOnlySpan<OnnxTensor> inputs, IReadOnlyList<string> outputs)
    {
        try
        {
            using var bound = new BoundInputs(inputs);
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
                runOptions, bound.Names, bound.Values, outputs);
            var tensors = new OnnxTensor[outputs.Count];
            for (int i = 0; i < tensors.Length; i++)
            {
                tensors[i] = new OnnxTensor(outputs[i], results[i].GetTensorTypeAndShape().Shape)
                {
                    Floats = results[i].GetTensorDataAsSpan<float>().ToArray(),
                };
            }

            return tensors;
        }
        catch (OnnxRuntimeException e)
        {
            throw RunFailure(e);
        }
    }

    /// <summary>Version of the native library, e.g. 1.30.0.</summary>
    /// <exception cref="ModelException">The native library is missing or wrong.</exception>
    public static string RuntimeVersion()
    {
        try
        {
            return OrtEnv.Instance().GetVersionString();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException
            or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new ModelException(
                $"libonnxruntime.so cannot be used: {LoadFailure(Innermost(e).Message)}", e);
        }
    }

    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }

    private static OrtValue Wrap(OnnxTensor tensor)
    {
        int count = tensor.Count;
        if (tensor.Floats is { } floats)
        {
            return OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, floats.AsMemory(0, count), tensor.Shape);
        }

        return OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, tensor.Int64s.AsMemory(0, count), tensor.Shape);
    }

    private static ModelException RunFailure(OnnxRuntimeException e) =>
        new($"ONNX Runtime: {FirstLine(e.Message)}", e);

    private static string RequireFile(string path) => File.Exists(path)
        ? path
        : throw new ModelException($"{path}: not there. Install the model with: edgesim models install NAME");

    private static string FirstLine(string message)
    {
        int end = message.IndexOf('\n');
        return end < 0 ? message : message[..end];
    }

    /// <summary>
    /// The useful line of .NET's message for a library that does not load: advice comes first, then what the
    /// loader said of every place and name that was tried. What is wrong with a file that is there counts
    /// more than that others are not there.
    /// </summary>
    internal static string LoadFailure(string message)
    {
        const string Absent = "onnxruntime.so: cannot open shared object file: No such file";
        string[] tried =
        [
            .. message.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0),
        ];
        string reason = tried.FirstOrDefault(
                line => !line.Contains("onnxruntime: cannot open", StringComparison.Ordinal)
                    && !line.Contains(Absent, StringComparison.Ordinal))
            ?? tried.FirstOrDefault(line => line.Contains("libonnxruntime.so", StringComparison.Ordinal))
            ?? FirstLine(message);
        return reason.TrimEnd('.');
    }

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        return e;
    }

    /// <summary>Inputs as ONNX Runtime takes them, over the caller's arrays.</summary>
    private sealed class BoundInputs : IDisposable
    {
        public BoundInputs(ReadOnlySpan<OnnxTensor> inputs)
        {
            Names = new string[inputs.Length];
            Values = new OrtValue[inputs.Length];
            try
            {
                for (int i = 0; i < inputs.Length; i++)
                {
                    Names[i] = inputs[i].Name;
                    Values[i] = Wrap(inputs[i]);
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public string[] Names { get; }

        public OrtValue[] Values { get; }

        public void Dispose()
        {
            foreach (OrtValue? value in Values)
            {
                value?.Dispose();
            }
        }
    }
}
