namespace EdgeSim.Transports.Http;

/// <summary>Log messages of the HTTP face. Ids 100-199.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(
        100,
        LogLevel.Information,
        "Listening on {Address}, data in {DataFolder}, kernel {Kernel}, budget {RamMiB} MiB")]
    public static partial void Listening(
        ILogger logger, string address, string dataFolder, string kernel, long ramMiB);

    [LoggerMessage(101, LogLevel.Information, "{Method} {Path} {Status} {ElapsedMs:F1} ms")]
    public static partial void Answered(
        ILogger logger, string method, string path, int status, double elapsedMs);

    [LoggerMessage(102, LogLevel.Error, "{Method} {Path} failed: a defect of EdgeSim")]
    public static partial void Defect(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(103, LogLevel.Information, "Stopping: finishing {Waiting} requests in line")]
    public static partial void Stopping(ILogger logger, int waiting);

    [LoggerMessage(104, LogLevel.Information, "Stopped; everything acknowledged is on disk")]
    public static partial void Stopped(ILogger logger);
}
