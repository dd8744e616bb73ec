using System.Runtime.InteropServices;
using EdgeSim.Index.Search.Planning;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Measures recall against effort on a segment that is written but for this, and stores the curves with it:
/// one section for each column that has something to measure.
/// </summary>
internal static class CurveSections
{
    private const uint Seed = 1;

    /// <summary>Appends the sections.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="file">The file, open for writing.</param>
    /// <param name="path">Its name.</param>
    /// <param name="header">Its header so far; gets the new sections.</param>
    /// <param name="options">The collection's options.</param>
    /// <param name="blocks">Where the sections go.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal static void Write(
        DurableFiles files,
        SafeFileHandle file,
        string path,
        ref SegmentHeader header,
        CollectionOptions options,
        BlockWriter blocks,
        CancellationToken stop)
    {
        var found = new List<(int Column, IReadOnlyList<CurvePoint> Points, int Queries)>();
        Snapshot snapshot = Complete(files, file, path, header, options, blocks);
        try
        {
            for (int column = 0; column < options.Vectors.Count; column++)
            {
                (IReadOnlyList<CurvePoint> points, int queries) = Calibration.Run(
                    snapshot, column, Seed, stop);
                if (points.Count > 0)
                {
                    found.Add((column, points, queries));
                }
            }
        }
        finally
        {
            snapshot.Release();
        }

        foreach ((int column, IReadOnlyList<CurvePoint> points, int queries) in found)
        {
            blocks.Begin(SegmentLayout.IndexOffset(header), isRepeatable: false);
            blocks.Write(new CurvesHeader
            {
                Magic = CurvesHeader.MagicValue,
                Version = CurvesHeader.VersionNewest,
                PointCount = (uint)points.Count,
                QueryCount = (uint)queries,
                Seed = Seed,
            });
            foreach (CurvePoint point in points)
            {
                blocks.Write(point);
            }

            blocks.End();
            SegmentLayout.AppendCurves(
                ref header, column, CurvesHeader.SizeBytes + ((long)points.Count * CurvePoint.SizeBytes));
        }
    }

    /// <summary>
    /// The file as it is so far, readable: its checksums are written where the curves will come.
    /// </summary>
    private static Snapshot Complete(
        DurableFiles files,
        SafeFileHandle file,
        string path,
        SegmentHeader header,
        CollectionOptions options,
        BlockWriter blocks)
    {
        SegmentWriter.Finish(files, file, ref header, blocks);
        var entry = new ManifestEntry
        {
            Number = header.Number,
            RowCount = header.RowCount,
            FileBytes = header.FileBytes,
            HeaderChecksum = header.HeaderChecksum,
        };
        Segment segment = SegmentOpener.Open(files, path, header.CollectionId, options, entry);
        return new Snapshot(options, 1, [new SegmentView(segment, Tombstones.None)], [], [])
        {
            Residency = new Residency(Search.BuildMemory.MappedBytes),
        };
    }
}
