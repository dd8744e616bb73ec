using System.Globalization;
using System.Text;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>The report of a repair for people, kept with the files that were set aside.</summary>
internal static class RepairText
{
    internal const string FileName = "report.txt";

    /// <summary>The bytes of the file.</summary>
    internal static byte[] Of(string path, RepairReport report)
    {
        var text = new StringBuilder();
        void Line(FormattableString line)
            => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        void List<T>(string title, IReadOnlyList<T> items, long count)
        {
            if (count > 0)
            {
                Line($"\n{title} ({count}):");
                foreach (T item in items)
                {
                    Line($"  {item}");
                }

                if (count > items.Count)
                {
                    Line($"  and {count - items.Count} more");
                }
            }
        }

        Line($"Repair of {path}");
        Line($"points now:    {report.Points}");
        Line($"points lost:   {report.PointsLost}, of {report.PointsLostUnnamed} the keys are lost too");
        Line($"vectors lost:  {report.VectorsLostCount}, of points that are there");
        Line($"batches lost:  {report.BatchesLost}");
        List("What was wrong", report.Before.Problems, report.Before.Problems.Count);
        List(
            "What was lost where",
            [.. report.Losses.Select(
                loss => loss.File + (loss.Offset is { } at ? $", byte {at}: " : ": ") + loss.What)],
            report.Losses.Count);
        List("Uncertain", report.Uncertain, report.Uncertain.Count);
        List("Keys of points lost", report.LostKeys, report.PointsLost - report.PointsLostUnnamed);
        List(
            "Vectors lost",
            [.. report.VectorsLost.Select(lost => $"'{lost.Vector}' of point {lost.Key}")],
            report.VectorsLostCount);
        List("Files set aside here", report.AsideFiles, report.AsideFiles.Count);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
