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
                $"The native library libonnxruntime.so cannot be used ({FirstLine(Innermost(e).Message)}). "
                + $"It must be ONNX Runtime 1.29 or newer for {RuntimeInformation.ProcessArchitecture}, in "
                + $"{AppContext.BaseDirectory}. Build again with ./run.sh, which puts it there.", e);
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
        var names = new string[inputs.Length];
        var values = new OrtValue[inputs.Length];
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                names[i] = inputs[i].Name;
                values[i] = Wrap(inputs[i]);
            }

            using OrtValue result = Wrap(output);
            session.Run(runOptions, names, values, [output.Name], [result]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"ONNX Runtime: {FirstLine(e.Message)}", e);
        }
        finally
        {
            foreach (OrtValue? value in values)
            {
                value?.Dispose();
            }
        }
    }

    /// <summary>Runs the graph and returns the float outputs named, for calibration and tests.</summary>
    /// <exception cref="ModelException">The graph fails on these inputs.</exception>
    public IReadOnlyList<OnnxTensor> RunAll(ReadOnlySpan<OnnxTensor> inputs, IReadOnlyList<string> outputs)
    {
        var names = new string[inputs.Length];
        var values = new OrtValue[inputs.Length];
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                names[i] = inputs[i].Name;
                values[i] = Wrap(inputs[i]);
            }

            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
                runOptions, names, values, outputs);
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
            throw new ModelException($"ONNX Runtime: {FirstLine(e.Message)}", e);
        }
        finally
        {
            foreach (OrtValue? value in values)
            {
                value?.Dispose();
            }
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
                $"libonnxruntime.so cannot be used: {FirstLine(Innermost(e).Message)}", e);
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

    private static string RequireFile(string path) => File.Exists(path)
        ? path
        : throw new ModelException($"{path}: not there. Install the model with: edgesim models install NAME");

    private static string FirstLine(string message)
    {
        int end = message.IndexOf('\n');
        return end < 0 ? message : message[..end];
    }

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        return e;
    }
}
