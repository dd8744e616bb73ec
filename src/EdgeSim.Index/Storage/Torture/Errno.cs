using System.ComponentModel;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// What Linux says when a disk refuses, and what .NET 10 makes of it: an IOException with the number as its
/// HResult, but for missing permission an UnauthorizedAccessException with such an IOException inside.
/// </summary>
internal static class Errno
{
    internal const int NotPermitted = 1;
    internal const int InputOutput = 5;
    internal const int AccessDenied = 13;
    internal const int TooManyOpenFiles = 24;
    internal const int NoSpace = 28;
    internal const int ReadOnlyFileSystem = 30;

    internal static Exception ToException(int errno, string path)
    {
        string text = new Win32Exception(errno).Message;
        return errno is NotPermitted or AccessDenied
            ? new UnauthorizedAccessException(
                $"Access to the path '{path}' is denied.", new IOException(text, errno))
            : new IOException($"{text} : '{path}'", errno);
    }
}
