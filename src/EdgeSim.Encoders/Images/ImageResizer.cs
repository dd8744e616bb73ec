using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// Brings pictures of any size to a model's input tensor. Shrinking averages areas exactly, enlarging is
/// bilinear, per axis; whole-number arithmetic gives the same bits on every processor. Averages are taken of
/// the stored (gamma encoded) values, not of linear light: the models were trained on pictures that were
/// shrunk that way, and a different brightness of fine texture would be news to them. Rows are taken one by
/// one, so that a picture need never be in memory as a whole. Not thread-safe.
/// </summary>
public sealed unsafe class ImageResizer
{
    private const int Channels = 3;

    private readonly ImageInput input;
    private readonly float[] values = new float[256];
    private readonly ResizeAxis across = new();
    private readonly ResizeAxis down = new();
    private readonly QuickShrink quick;
    private readonly float[] quickLine;
    private uint[] row = [];
    private uint[] rowAbove = [];
    private ulong[] sums = [];
    private uint[] narrowSums = [];
    private bool isQuick;
    private bool narrow;
    private ulong half;
    private ulong reciprocal;
    private int rowIndex;
    private int targetRow;
    private int rowsSummed;
    private int origin;
    private int stepAcross;
    private int stepDown;

    /// <summary>Prepares the tensor of one picture.</summary>
    /// <exception cref="ModelException">The description of the input is out of range.</exception>
    public ImageResizer(ImageInput input)
    {
        ResizePlan.Check(input);
        this.input = input;
        Tensor = new float[input.Height * input.Width * Channels];
        quickLine = new float[Math.Max(input.Height, input.Width) * Channels];
        quick = new QuickShrink(input.Scale, input.Offset);
        for (int value = 0; value < values.Length; value++)
        {
            values[value] = (value * input.Scale) + input.Offset;
        }
    }

    /// <summary>[Height × Width × 3] floats of the last picture, RGB; overwritten by the next one.</summary>
    public float[] Tensor { get; }

    /// <summary>Grey level behind transparent pixels.</summary>
    internal int Background => input.Background;

    /// <summary>Resizes a whole picture in memory.</summary>
    /// <param name="rgb">[height × width × 3] bytes.</param>
    /// <param name="width">Pixels, 1..<see cref="ImageLimits.SideMax"/>.</param>
    /// <param name="height">Pixels, 1..<see cref="ImageLimits.SideMax"/>.</param>
    /// <param name="orientation">EXIF, 1..8; 1 is upright.</param>
    public void Resize(
        ReadOnlySpan<byte> rgb, int width, int height, int orientation = ExifOrientation.Upright)
    {
        CheckSide(width, nameof(width));
        CheckSide(height, nameof(height));
        ArgumentOutOfRangeException.ThrowIfLessThan(orientation, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orientation, 8);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgb.Length, (long)width * height * Channels, nameof(rgb));
        Begin(Plan(width, height, orientation), width, height, pixelSize: 1);
        for (int y = 0; y < height; y++)
        {
            AddRow(rgb.Slice(y * width * Channels, width * Channels));
        }

        End();
    }

    internal ResizePlan Plan(int width, int height, int orientation) =>
        ResizePlan.Make(input, width, height, orientation);

    /// <summary>Starts a picture whose rows follow.</summary>
    /// <param name="plan">From <see cref="Plan"/>.</param>
    /// <param name="width">Pixels of the rows that follow.</param>
    /// <param name="height">How many rows follow.</param>
    /// <param name="pixelSize">Pixels of the file in one pixel of those rows, each way.</param>
    internal void Begin(ResizePlan plan, int width, int height, int pixelSize)
    {
        across.Set(plan.Across, width, pixelSize);
        down.Set(plan.Down, height, pixelSize);
        int rowLength = across.Count * Channels;
        if (sums.Length < rowLength)
        {
            row = new uint[rowLength];
            rowAbove = new uint[rowLength];
            sums = new ulong[rowLength];
            narrowSums = new uint[rowLength];
        }

        // Division by a constant as a multiplication: floor(n ÷ total) is the high half of n × ceil(2^64 ÷
        // total). Exact while n × total is below 2^64, which holds for shrinking up to 64 megapixels; beyond
        // that a value within 2^-20 of a half may round the other way, on every processor alike.
        ulong total = (ulong)across.Total * down.Total;
        half = total / 2;

        // Up to 16 megapixels every sum fits 32 bits, and a register holds twice or more of them.
        narrow = ((total * byte.MaxValue) + half) <= uint.MaxValue;
        reciprocal = (ulong.MaxValue / total) + 1;
        isQuick = QuickShrink.Fits(across, down, plan.Down);
        if (isQuick)
        {
            quick.Begin(across, down, width);
        }

        rowIndex = 0;
        targetRow = 0;
        rowsSummed = 0;
        SetDirections(plan);
        if (across.Count * down.Count * Channels < Tensor.Length)
        {
            Tensor.AsSpan().Fill(values[input.Background]);
        }
    }

    /// <summary>Takes the next row. O(width) + O(target width) for every target row it touches.</summary>
    /// <param name="rgb">[width × 3] bytes.</param>
    internal void AddRow(ReadOnlySpan<byte> rgb)
    {
        int y = rowIndex++;
        if (targetRow == down.Count || y < down.Starts[targetRow])
        {
            return; // Cropped away.
        }

        if (!isQuick)
        {
            (row, rowAbove) = (rowAbove, row);
            SumAcross(rgb, across, row);
        }

        while (targetRow < down.Count && down.Starts[targetRow] <= y)
        {
            int firstWeight = down.Offsets[targetRow];
            int count = down.Offsets[targetRow + 1] - firstWeight;
            if (rowsSummed == 0 && down.Starts[targetRow] < y)
            {
                // Enlarging: several target rows lie between the same two rows.
                Accumulate(rowAbove, down.Weights[firstWeight], first: true);
                rowsSummed = 1;
            }

            uint weight = down.Weights[firstWeight + rowsSummed];
            bool first = rowsSummed == 0;
            rowsSummed++;
            if (isQuick)
            {
                quick.AddRow(rgb, weight, first);
            }
            else
            {
                Accumulate(row, weight, first);
            }

            if (rowsSummed < count)
            {
                return;
            }

            WriteRow();
            targetRow++;
            rowsSummed = 0;
        }
    }

    /// <summary>To be called after the last row.</summary>
    internal void End() => Debug.Assert(targetRow == down.Count, "Every target row got its rows.");

    private static void CheckSide(int side, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, ImageLimits.SideMax, name);
    }

    private static void SumAcross(ReadOnlySpan<byte> rgb, ResizeAxis axis, Span<uint> sums)
    {
        ReadOnlySpan<int> starts = axis.Starts;
        ReadOnlySpan<int> offsets = axis.Offsets;
        int last = starts.Length - 1;
        int taps = offsets[last + 1] - offsets[last];
        ArgumentOutOfRangeException.ThrowIfLessThan(rgb.Length, (starts[last] + taps) * Channels);
        ArgumentOutOfRangeException.ThrowIfLessThan(sums.Length, starts.Length * Channels);

        // Pointers, for this is the innermost loop of decoding: starts and offsets never decrease, so that
        // the check of the last pixel above is the check of all.
        fixed (byte* pixels = rgb)
        fixed (uint* weights = axis.Weights)
        fixed (uint* target = sums)
        {
            uint* sum = target;
            for (int i = 0; i <= last; i++, sum += Channels)
            {
                byte* pixel = pixels + (starts[i] * Channels);
                uint* weight = weights + offsets[i];
                uint* end = weights + offsets[i + 1];
                uint red = 0;
                uint green = 0;
                uint blue = 0;
                for (; weight < end; weight++, pixel += Channels)
                {
                    red += *weight * pixel[0];
                    green += *weight * pixel[1];
                    blue += *weight * pixel[2];
                }

                sum[0] = red;
                sum[1] = green;
                sum[2] = blue;
            }
        }
    }

    private void Accumulate(uint[] source, uint weight, bool first)
    {
        ReadOnlySpan<uint> from = source.AsSpan(0, across.Count * Channels);
        if (narrow)
        {
            AccumulateNarrow(from, weight, narrowSums.AsSpan(0, from.Length), first);
            return;
        }

        Span<ulong> to = sums.AsSpan(0, from.Length);
        if (first)
        {
            to.Clear();
        }

        for (int i = 0; i < from.Length; i++)
        {
            to[i] += (ulong)weight * from[i];
        }
    }

    private static void AccumulateNarrow(ReadOnlySpan<uint> from, uint weight, Span<uint> to, bool first)
    {
        ReadOnlySpan<Vector<uint>> wideFrom = MemoryMarshal.Cast<uint, Vector<uint>>(from);
        Span<Vector<uint>> wideTo = MemoryMarshal.Cast<uint, Vector<uint>>(to);
        if (first)
        {
            to.Clear();
        }

        for (int i = 0; i < wideFrom.Length; i++)
        {
            wideTo[i] += wideFrom[i] * weight;
        }

        for (int i = wideFrom.Length * Vector<uint>.Count; i < from.Length; i++)
        {
            to[i] += from[i] * weight;
        }
    }

    private void WriteRow()
    {
        int count = across.Count;
        int first = origin + (targetRow * stepDown);
        int last = first + ((count - 1) * stepAcross);
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(first, last));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(first, last), Tensor.Length - Channels);
        if (isQuick)
        {
            WriteQuickRow(first, count);
            return;
        }

        fixed (float* tensor = Tensor)
        fixed (float* table = values)
        fixed (uint* narrowSum = narrowSums)
        fixed (ulong* wideSum = sums)
        {
            float* pixel = tensor + first;
            for (int i = 0; i < count * Channels; i += Channels, pixel += stepAcross)
            {
                for (int channel = 0; channel < Channels; channel++)
                {
                    ulong sum = narrow ? narrowSum[i + channel] : wideSum[i + channel];
                    pixel[channel] = table[(byte)Math.BigMul(sum + half, reciprocal, out _)];
                }
            }
        }
    }

    private void WriteQuickRow(int first, int count)
    {
        if (stepAcross == Channels)
        {
            quick.Write(Tensor.AsSpan(first, count * Channels));
            return;
        }

        // Mirrored or turned.
        quick.Write(quickLine);
        for (int i = 0; i < count; i++)
        {
            quickLine.AsSpan(i * Channels, Channels).CopyTo(Tensor.AsSpan(first + (i * stepAcross)));
        }
    }

    /// <summary>Where stored pixel (0, 0) goes in the tensor, and how far one pixel across and down is from
    /// there.</summary>
    private void SetDirections(ResizePlan plan)
    {
        const int Right = Channels;
        int below = input.Width * Channels;
        int start = (plan.Top * below) + (plan.Left * Right);
        int lastAcross = across.Count - 1;
        int lastDown = down.Count - 1;
        (origin, stepAcross, stepDown) = plan.Orientation switch
        {
            2 => (start + (lastAcross * Right), -Right, below),
            3 => (start + (lastAcross * Right) + (lastDown * below), -Right, -below),
            4 => (start + (lastDown * below), Right, -below),
            5 => (start, below, Right),
            6 => (start + (lastDown * Right), below, -Right),
            7 => (start + (lastDown * Right) + (lastAcross * below), -below, -Right),
            8 => (start + (lastAcross * below), -below, Right),
            _ => (start, Right, below),
        };
    }
}
