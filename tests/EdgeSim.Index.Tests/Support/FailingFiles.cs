using EdgeSim.Index.Storage;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// A disk that fails at its n-th step, once or for ever after; a failing write leaves its first half behind.
/// </summary>
internal sealed class FailingFiles(int failingStep, bool forEver) : DurableFiles
{
    public int Steps { get; private set; }

    internal override SafeFileHandle Create(string path)
    {
        Step();
        return base.Create(path);
    }

    internal override SafeFileHandle Open(string path)
    {
        Step();
        return base.Open(path);
    }

    internal override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Fails())
        {
            base.Write(file, bytes[..(bytes.Length / 2)], offset);
            throw new IOException($"No space left on the test's disk at step {Steps}.");
        }

        base.Write(file, bytes, offset);
    }

    internal override void Flush(SafeFileHandle file)
    {
        Step();
        base.Flush(file);
    }

    internal override void Rename(string from, string to)
    {
        Step();
        base.Rename(from, to);
    }

    internal override void FlushDirectory(string path)
    {
        Step();
        base.FlushDirectory(path);
    }

    internal override void Delete(string path)
    {
        Step();
        base.Delete(path);
    }

    private bool Fails() => ++Steps == failingStep || (forEver && Steps > failingStep);

    private void Step()
    {
        if (Fails())
        {
            throw new IOException($"The test's disk failed at step {Steps}.");
        }
    }
}
