using EdgeSim.Encoders.Images.Interop;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// The one growable buffer for decoded pixels. It grows to what a picture needs and stays for the next one,
/// unless it is larger than <paramref name="keepBytesMax"/>: then <see cref="Trim"/> gives it back to the
/// kernel at once. Not from the managed heap, where a giant picture would stay resident until some later
/// collection. Not thread-safe.
/// </summary>
internal sealed class WorkingBuffer(int keepBytesMax) : IDisposable
{
    private PagesHandle? pages;

    /// <summary>Bytes held now.</summary>
    public int Bytes => pages?.Bytes ?? 0;

    /// <summary>The most that was ever held.</summary>
    public int PeakBytes { get; private set; }

    /// <summary>At least <paramref name="bytes"/> bytes with undefined content; valid until the next
    /// call.</summary>
    public unsafe byte* Take(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        if (bytes > Bytes)
        {
            // The old one goes first, so that the sum never exceeds the bound.
            pages?.Dispose();
            pages = null;
            pages = PagesHandle.Allocate(bytes);
            PeakBytes = Math.Max(PeakBytes, bytes);
        }

        return (byte*)pages!.DangerousGetHandle();
    }

    /// <summary>To be called after every picture.</summary>
    public void Trim()
    {
        if (Bytes > keepBytesMax)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        pages?.Dispose();
        pages = null;
    }
}
